package docker

import (
	"regexp"
	"strings"
)

// A start that was refused for what is in the image, as runc and the engine say it, and as
// whoever built the image would rather hear it. %s is what the pattern found.
var startsRefused = []struct {
	says *regexp.Regexp
	tell string
}{
	{regexp.MustCompile(`exec: "([^"]*)": (?:stat [^:]*: no such file|executable file not found)`),
		`the program that it starts, "%s", is not in it. Correct ENTRYPOINT or CMD in its Dockerfile, and write the whole path`},
	{regexp.MustCompile(`exec:? "?([^":]*)"?: permission denied`),
		`the program that it starts, "%s", may not be executed by the user that it runs as; with the profile strict that is none of the image's. Give everybody that right where the image is built: RUN chmod 755 with its path`},
	{regexp.MustCompile(`chdir to cwd \("([^"]*)"\)[^:]*: permission denied`),
		`the user that it runs as may not enter the folder that it works in, "%s"; with the profile strict that is no user of the image. Open the folder to everybody where the image is built: RUN chmod 755 with its path`},
	{regexp.MustCompile(`unable to find user ([^:]*): no matching entries`),
		`its user "%s" is not in the image's /etc/passwd. Add the user where the image is built, or write a number under USER`},
	{regexp.MustCompile(`(?i)no command specified()`),
		`it says nothing of what to start. Write ENTRYPOINT or CMD into its Dockerfile`},
}

// aloneService is what the one service of a product of one image is called. It goes unsaid.
const aloneService = "product"

// inWords says what in an image kept it from starting; "" where it is another reason.
// what is what was being done, such as "start service web".
func inWords(what string, err error) string {
	for _, one := range startsRefused {
		found := one.says.FindStringSubmatch(err.Error())
		if found == nil {
			continue
		}
		tell := strings.Replace(one.tell, "%s", found[1], 1)
		if _, service, ok := strings.Cut(what, "service "); ok && service != aloneService {
			tell = "in the service " + service + ", " + tell
		}
		return tell
	}
	return ""
}
