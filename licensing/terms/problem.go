package terms

// Problem is an error that has a state of words.md: the one kind of error that reaches a person as a sentence.
// Its text is the state's code; package plain makes the sentence.
type Problem struct {
	Finding
	Err error // cause, for details and logs; may be nil
}

// NewProblem returns a Problem with the tone of its state.
func NewProblem(s State, slots Slots, cause error) *Problem {
	return &Problem{Finding: Finding{State: s, Tone: s.Tone(), Slots: slots}, Err: cause}
}

// Error returns the stable code, and the cause behind it.
func (p *Problem) Error() string {
	if p.Err != nil {
		return string(p.State) + ": " + p.Err.Error()
	}
	return string(p.State)
}

// Unwrap returns the cause.
func (p *Problem) Unwrap() error { return p.Err }
