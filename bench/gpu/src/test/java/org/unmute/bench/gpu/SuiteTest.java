package org.unmute.bench.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.unmute.bench.gpu.Event.Kind;

class SuiteTest {
    private static List<Event> run(Set<String> without, Class<?>... classes) {
        List<Event> events = new ArrayList<>();
        Suite.run(List.of(classes).stream().map(Class::getName).toList(), without, events::add);
        return events;
    }

    private static SuiteOutcome outcome(List<Event> events) {
        SuiteOutcome outcome = new SuiteOutcome("some");
        events.forEach(outcome::accept);
        return outcome;
    }

    @Test
    void aFailedTestIsToldAndCounted() {
        SuiteOutcome o = outcome(run(Set.of(), Sample.class));
        assertThat(o.isGood()).isFalse();
        assertThat(o.failures())
                .singleElement()
                .asString()
                .contains("Sample > fails()")
                .contains("on purpose");
        assertThat(o.summary(3))
                .startsWith("some: 1 tests passed, 1 failed, 1 skipped, 3 s")
                .contains("skipped: for a reason");
        assertThat(o.methods()).containsExactlyInAnyOrder("Sample#passes", "Sample#fails", "Sample#isSkipped");
    }

    @Test
    void methodsThatAreLeftOutDoNotRun() {
        SuiteOutcome o = outcome(run(Set.of("Sample#fails", "Sample#isSkipped"), Sample.class));
        assertThat(o.isGood()).isTrue();
        assertThat(o.methods()).containsExactly("Sample#passes");
    }

    @Test
    void aDeviceThatTakesNoMoreWorkIsLost() {
        assertThat(run(Set.of(), Lost.class))
                .filteredOn(e -> e.kind() == Kind.LOST)
                .singleElement()
                .satisfies(e -> assertThat(e.field(0)).isEqualTo("Lost#reads"));
        assertThat(run(Set.of(), Sample.class)).noneMatch(e -> e.kind() == Kind.LOST);
    }

    /** A process that is given no existing test has not passed. */
    @Test
    void aMissingClassIsAFailure() {
        List<Event> events = new ArrayList<>();
        Suite.run(List.of("org.unmute.NoSuchTest"), Set.of(), events::add);
        assertThat(outcome(events).failures())
                .containsExactly("org.unmute.NoSuchTest: this class of tests is not on the class path");
    }

    @Test
    void theTestThatWasRunningFailsWithItsProcess() {
        SuiteOutcome o = new SuiteOutcome("some");
        o.accept(Event.of(Kind.BEGUN, "A#a", "A > a()"));
        o.accept(Event.of(Kind.PASSED));
        o.accept(Event.of(Kind.METHOD, "A#a"));
        o.accept(Event.of(Kind.BEGUN, "A#b", "A > b()"));
        assertThat(o.ended("its process ended")).isTrue();
        assertThat(o.failures()).containsExactly("A > b(): its process ended");
        assertThat(o.methods()).containsExactly("A#a", "A#b");
        // No test was running: another process would end in the same way.
        assertThat(o.ended("its process ended")).isFalse();
        assertThat(o.failures()).contains("some: its process ended");
    }

    @Test
    void eventsAreReadAsTheyWereWritten() {
        Event e = Event.of(Kind.FAILED, "tab\tline\nback\\slash \\n", "", "ends");
        assertThat(e.line()).startsWith(Event.START);
        assertThat(Event.of(e.line().substring(Event.START.length()))).isEqualTo(e);
        assertThat(e.line().lines()).hasSize(1);
    }

    /** Run by the tests above only: no test class by its name. */
    static final class Sample {
        @Test
        void passes() {}

        @Test
        void fails() {
            throw new AssertionError("on purpose");
        }

        @Test
        void isSkipped() {
            Assumptions.abort("for a reason");
        }
    }

    /** As a kernel that reads where it must not is seen. */
    static final class Lost {
        @Test
        void reads() {
            throw new IllegalStateException("cuda: kernel x", new RuntimeException("CUDA_ERROR_ILLEGAL_ADDRESS"));
        }
    }
}
