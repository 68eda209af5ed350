package orchestrator

import "strings"

// cues are what programs print that meet the walls of a sandbox or were put together
// wrongly, in small letters, and what that usually means. The first that is found counts.
var cues = []struct {
	printed []string
	means   string
}{
	{[]string{"exec format error"}, "it was built for another kind of processor, or is a script without a first line such as #!/bin/sh."},
	{[]string{"read-only file system", "erofs"}, "it writes where nothing can be written. Let it write to /tmp or to a volume that its image declares, or choose the profile standard."},
	{[]string{"permission denied", "eacces"}, "the user that it runs as has no right to something. Open the file or folder to everybody where the image is built, or choose the profile standard, which keeps the user of the image."},
	{[]string{"operation not permitted", "eperm"}, "it wants a right that its profile does not give. An image that starts as root and changes to another user needs the profile standard."},
	{[]string{"no space left on device", "enospc"}, "it filled /tmp or a volume, which are bounded. Let it write less there."},
	{[]string{"no such host", "name resolution", "enotfound", "eai_again", "could not resolve"}, "it looks for something outside, and nothing outside can be reached. Bring it along, or name it as what it has to reach when you add the release."},
}

// cueOf says what the end of a log usually means; "" where that is not known.
func cueOf(log string) string {
	log = strings.ToLower(log)
	if _, script, ok := strings.Cut(log, "exec /"); ok && strings.Contains(script, ": no such file or directory") {
		return "This usually means that the first line of the script names a program that the image does not have, or that its lines end as on Windows."
	}
	for _, one := range cues {
		for _, printed := range one.printed {
			if strings.Contains(log, printed) {
				return "This usually means that " + one.means
			}
		}
	}
	return ""
}
