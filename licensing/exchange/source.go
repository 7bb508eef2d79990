package exchange

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// ReadSource reads a file that a person named, at most MaxFile bytes. Links are followed. A named pipe, device or directory is
// refused before it is opened, and again afterwards in case it was put there in between, so it never blocks.
// The error is a *terms.Problem of state file_unreadable, slot "cause" one of the Cause constants.
func ReadSource(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, sourceProblem(err)
	}
	if err := regular(info); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, sourceProblem(err)
	}
	defer f.Close()
	if info, err = f.Stat(); err != nil {
		return nil, sourceProblem(err)
	}
	if err := regular(info); err != nil {
		return nil, err
	}
	return ReadStream(f)
}

// ReadStream reads standard input or another stream to its end, at most MaxFile bytes. Errors are those of ReadSource.
func ReadStream(in io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(in, MaxFile+1))
	if err != nil {
		return nil, sourceProblem(err)
	}
	if len(data) > MaxFile {
		return nil, unreadable(CauseTooLarge, nil)
	}
	return data, nil
}

func regular(info fs.FileInfo) error {
	switch mode := info.Mode(); {
	case mode.IsDir():
		return unreadable(CauseDirectory, nil)
	case !mode.IsRegular():
		return unreadable(CauseDevice, nil)
	case info.Size() > MaxFile:
		return unreadable(CauseTooLarge, nil)
	}
	return nil
}

func sourceProblem(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return unreadable(CauseMissing, err)
	case errors.Is(err, fs.ErrPermission):
		return unreadable(CausePermission, err)
	case errors.Is(err, syscall.EISDIR):
		return unreadable(CauseDirectory, err)
	}
	return unreadable(CauseOther, err)
}
