package org.unmute.bench.gpu;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintStream;
import java.util.List;

/**
 * A line by which a {@link StepWorker} tells the check what happened. It is written at once, so what a worker has told
 * outlives it.
 *
 * @param kind what happened
 * @param fields the kind's details
 * @param row of {@link Kind#ROW}; else null
 */
record Event(Kind kind, List<String> fields, CheckResult row) {
    /** Begins the line of an event. */
    static final String START = "@check ";

    private static final ObjectMapper JSON = new ObjectMapper();

    /** What can happen. */
    enum Kind {
        /** The device is open. Field: its description. */
        DEVICE,
        /** What it reaches. Fields: bytes a second, then operations a second of each unit; 0 where it has none. */
        PEAK,
        /** The device is not there. Field: why. */
        NO_DEVICE,
        /** A test or a row begins. Fields: its method or row, its title. */
        BEGUN,
        /** A test passed. */
        PASSED,
        /** A test failed. Fields: its title, why. */
        FAILED,
        /** A test was skipped. Field: why. */
        SKIPPED,
        /** All tests of a method have ended. Field: the method. */
        METHOD,
        /** What PyTorch says about itself, or why there is none. Field: a sentence. */
        TORCH,
        /** A row was timed, or failed. It is {@link Event#row}. */
        ROW,
        /** There was no time left for a row. Field: the row. */
        LATE,
        /** The device takes no more work from this process. Field: the method or row that saw it. */
        LOST,
        /** The worker has done everything that was requested. */
        END
    }

    static Event of(Kind kind, String... fields) {
        return new Event(kind, List.of(fields), null);
    }

    static Event timed(CheckResult row) {
        return new Event(Kind.ROW, List.of(), row);
    }

    /** The event of what follows {@link #START} on a line. */
    static Event of(String told) {
        try {
            return JSON.readValue(told, Event.class);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not an event: " + told, e);
        }
    }

    /** The line of this event. */
    String line() {
        try {
            return START + JSON.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Writes the line. Other threads may print at the same time, therefore it is one write. */
    void writeTo(PrintStream out) {
        out.print(line() + "\n");
        out.flush();
    }

    /** A field. */
    String field(int index) {
        return fields.get(index);
    }
}
