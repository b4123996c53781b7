package org.unmute.spark.task;

import java.io.IOException;
import org.apache.spark.SparkException;
import org.unmute.files.Diagnosis;
import org.unmute.files.InputException;

/** The failure of a Spark job, as a message for the user. */
public final class TaskFailure {
    private TaskFailure() {}

    /**
     * Converts the failure of a job to an exception that shows where the fault lies.
     *
     * @param failure exception thrown by Spark
     * @param what the operation that failed, such as {@code "embed"}
     * @param advice the end of the message, with its separator
     * @throws InputException if input, settings or device are at fault
     * @throws IllegalStateException if the program is at fault; the stack trace includes that of the task
     */
    public static IOException of(Exception failure, String what, String advice) {
        Throwable cause = failure.getCause();
        while (cause instanceof SparkException && cause.getCause() != null) {
            cause = cause.getCause(); // that it failed while rows were written
        }
        String begin = what + ": a task failed: ";
        if (cause == null) { // Spark's own reason, such as a lost executor
            String text = failure.getMessage() == null ? failure.toString() : failure.getMessage();
            return new IOException(begin + text.lines().findFirst().orElse(text) + advice, failure);
        }
        Diagnosis diagnosis = Diagnosis.of(cause);
        String reason = cause instanceof OutOfMemoryError // its diagnosis would name the heap of this JVM
                ? "out of memory: give executors more (--executor-memory)"
                : diagnosis.message();
        String message = begin + reason + advice;
        return switch (diagnosis.kind()) {
            case INPUT, USAGE, DEVICE -> throw new InputException(message, failure);
            case FAILED -> new IOException(message, failure);
            case BUG -> throw new IllegalStateException(begin + cause + advice, failure);
        };
    }
}
