package pages

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
)

// assessTask is one task of the protocol with its clock.
type assessTask struct {
	N         int
	Task      string
	State     den.TaskState
	Took      string // empty: not timed yet
	NoteField string
	Note      string
}

// doTask begins the values of the buttons of tasks: task-<step>-<place>.
const doTask = "task-"

// readTasks reads the notes and the button that was pressed, if it was one of a task's.
func readTasks(c *gin.Context, v *form.Values, t den.TrialView, in *den.NewAssessment) {
	in.TaskNotes = map[int]string{}
	for n := range t.Tasks {
		field := fmt.Sprintf("task-note-%d", n)
		if _, ok := c.GetPostForm(field); ok {
			in.TaskNotes[n] = form.Text{Name: field, What: "assess.what-note", Max: maxReason, Lines: true, Optional: true}.Read(v)
		}
	}
	step, place, ok := strings.Cut(strings.TrimPrefix(c.PostForm("do"), doTask), "-")
	n, err := strconv.Atoi(place)
	if ok && err == nil && strings.HasPrefix(c.PostForm("do"), doTask) {
		in.Task = &den.TaskAct{Task: n, Step: den.TaskStep(step)}
	}
}

// assessTasks are the tasks of a trial with how they went so far.
func (p *Pages) assessTasks(t den.TrialView, a den.Assessment) []assessTask {
	var rows []assessTask
	for n, task := range t.Tasks {
		row := assessTask{N: n, Task: task, NoteField: fmt.Sprintf("task-note-%d", n)}
		for _, r := range a.Tasks {
			if r.Task == task {
				row.State, row.Note = r.State, r.Note
				took := r.Took
				if !r.StartedAt.IsZero() {
					took += max(p.Now().Sub(r.StartedAt), 0)
				}
				if took > 0 {
					row.Took = shortSpan(took)
				}
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// shortSpan is a length of time as a stop-watch says it: 3:07, or 1:02:09.
func shortSpan(d time.Duration) string {
	seconds := int(d / time.Second)
	if seconds >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", seconds/3600, seconds/60%60, seconds%60)
	}
	return fmt.Sprintf("%d:%02d", seconds/60, seconds%60)
}
