package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

const testSample = "HOLDFAST_TEST_SAMPLE"

// An agent answers the sample program of package client, with a vendor, a license and usage.
func TestAgentAnswersALicensedProgram(t *testing.T) {
	if testing.Short() || runtime.GOOS == "windows" {
		t.Skip("builds the vendor's program and the sample; ends an agent with a signal")
	}
	issuer := buildIssuer(t)
	sample := filepath.Join(t.TempDir(), "acmecad-sample")
	if out, err := exec.Command("go", "build", "-o", sample, "holdfast/licensing/client/example").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "agent"),
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv(testSample, sample)
			if err := os.Mkdir(filepath.Join(e.WorkDir, "config"), 0o700); err != nil {
				return err
			}
			return account(e, issuer)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "vendor": vendor, "sell": sell, "json": jsonIs, "await": await,
		},
	})
}
