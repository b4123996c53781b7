package org.unmute.spark.task;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.unmute.files.Diagnosis;
import org.unmute.files.InputException;
import org.unmute.spark.plan.Packed;
import scala.collection.Iterator;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction2;
import scala.runtime.BoxedUnit;

/**
 * A Spark job with one task for each input. The driver receives each result as soon as its task ends. Inputs and
 * results are bytes from {@link Packed#of}.
 */
public final class TaskJob {
    private TaskJob() {}

    /** The work that an executor does on an input. */
    @FunctionalInterface
    public interface Work extends Serializable {
        /** Computes the result of an attempt at a task. */
        byte[] run(TaskContext attempt, byte[] input) throws IOException;
    }

    /** Receives results on the driver, one at a time. */
    @FunctionalInterface
    public interface Results {
        /** Receives the result of a task, whose number is that of its input. */
        void accept(int task, byte[] result) throws IOException;
    }

    /**
     * Runs the tasks and waits for them. Throws any exception of Spark, even undeclared checked ones: see {@link
     * #failed}.
     *
     * @param inputs at least one, in starting order
     */
    public static void run(JavaSparkContext spark, List<byte[]> inputs, Work work, Results results) {
        spark.sc()
                .runJob(
                        spark.parallelize(inputs, inputs.size()).rdd(),
                        new OnExecutor(work),
                        new OnDriver(results),
                        ClassTag$.MODULE$.<byte[]>apply(byte[].class));
    }

    private static final class OnExecutor extends AbstractFunction2<TaskContext, Iterator<byte[]>, byte[]>
            implements Serializable {
        private static final long serialVersionUID = 1L;

        private final Work work;

        OnExecutor(Work work) {
            this.work = work;
        }

        @Override
        public byte[] apply(TaskContext attempt, Iterator<byte[]> input) {
            try {
                return work.run(attempt, input.next());
            } catch (IOException e) {
                throw new UncheckedIOException(e.getMessage(), e);
            }
        }
    }

    private static final class OnDriver extends AbstractFunction2<Object, byte[], BoxedUnit> {
        private final Results results;

        OnDriver(Results results) {
            this.results = results;
        }

        @Override
        public synchronized BoxedUnit apply(Object task, byte[] result) {
            try {
                results.accept((Integer) task, result);
            } catch (IOException e) {
                throw new UncheckedIOException(e.getMessage(), e);
            }
            return BoxedUnit.UNIT;
        }
    }

    /**
     * Converts the failure of a job to an exception that shows where the fault lies.
     *
     * @param failure exception thrown by {@link #run}
     * @param what the operation that failed, such as {@code "embed"}
     * @param advice the end of the message, with its separator
     * @throws InputException if input, settings or device are at fault
     * @throws IllegalStateException if the program is at fault; the stack trace includes that of the task
     */
    public static IOException failed(Exception failure, String what, String advice) {
        Throwable cause = failure.getCause();
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
