package org.unmute.spark.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;
import org.unmute.files.Diagnosis;
import org.unmute.files.InputException;
import org.unmute.files.SettingsException;

/** Attribution of a job's failure to its cause. */
class TaskFailureTest {
    private static IOException failed(Throwable cause) {
        return TaskFailure.of(new Exception("stage 3 failed\nlost", cause), "embed", ": go on");
    }

    @Test
    void withoutACauseSparkSaysWhy() {
        assertThat(failed(null)).hasMessage("embed: a task failed: stage 3 failed: go on");
        assertThat(TaskFailure.of(new Exception(), "embed", ": go on"))
                .hasMessage("embed: a task failed: java.lang.Exception: go on");
    }

    @Test
    void storageFails() {
        assertThat(failed(new UncheckedIOException(new IOException("no answer"))))
                .hasMessage("embed: a task failed: no answer: go on")
                .hasRootCauseMessage("no answer");
    }

    @Test
    void inputAndSettingsAreTheUsers() {
        for (RuntimeException e :
                new RuntimeException[] {new InputException("no file"), new SettingsException("no file")}) {
            assertThatThrownBy(() -> failed(e))
                    .isInstanceOf(InputException.class)
                    .hasMessage("embed: a task failed: no file: go on");
        }
    }

    /**
     * Advice must not refer to the driver's heap or the command line's environment, which are not those of executors.
     */
    @Test
    void memoryIsThatOfExecutors() {
        assertThat(failed(new OutOfMemoryError("Java heap space")))
                .hasMessage("embed: a task failed: out of memory: give executors more (--executor-memory): go on");
    }

    /** A bug stays a bug, so that an application prints the stack trace that its message announces. */
    @Test
    void aBugStaysOne() {
        assertThatThrownBy(() -> failed(new NullPointerException("x")))
                .hasMessage("embed: a task failed: java.lang.NullPointerException: x: go on")
                .hasRootCauseInstanceOf(NullPointerException.class)
                .satisfies(e -> assertThat(Diagnosis.of(e).kind()).isEqualTo(Diagnosis.Kind.BUG));
    }
}
