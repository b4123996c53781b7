package org.unmute.spark.grid;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.unmute.experiments.Diagnosis;
import org.unmute.experiments.InputException;
import org.unmute.spark.plan.Packed;
import scala.collection.Iterator;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction2;
import scala.runtime.BoxedUnit;

/** A job of Spark whose tasks are those of a grid. */
final class TaskJob {
    private final JavaSparkContext spark;
    private final GridCounts counts;

    TaskJob(JavaSparkContext spark, GridCounts counts) {
        this.spark = spark;
        this.counts = counts;
    }

    /**
     * Runs tasks.
     *
     * @param what for Spark's pages
     * @param tasks in starting order
     * @param ended receives each end as it comes
     * @return how each ended, in the order of the tasks
     * @throws InputException if a machine does not see the files of the run
     * @throws IOException if a task failed too often
     */
    List<GridTask.Ended> run(String what, List<GridTask> tasks, Consumer<GridTask.Ended> ended) throws IOException {
        if (tasks.isEmpty()) {
            return List.of();
        }
        JavaRDD<byte[]> packed =
                spark.parallelize(tasks.stream().map(Packed::of).toList(), tasks.size());
        GridTask.Ended[] all = new GridTask.Ended[tasks.size()];
        spark.sc().setJobDescription("unmute benchmark: " + what);
        try {
            spark.sc()
                    .runJob(
                            packed.rdd(),
                            new Task(counts),
                            new Results(all, ended),
                            ClassTag$.MODULE$.<byte[]>apply(byte[].class));
        } catch (Exception e) { // whatever Spark throws, which it does not declare
            throw failed(e);
        } finally {
            spark.sc().setJobDescription(null);
        }
        return Arrays.asList(all);
    }

    /** What runs on executors. */
    private static final class Task extends AbstractFunction2<TaskContext, Iterator<byte[]>, byte[]>
            implements Serializable {
        private static final long serialVersionUID = 1L;

        private final GridCounts counts;

        Task(GridCounts counts) {
            this.counts = counts;
        }

        @Override
        public byte[] apply(TaskContext context, Iterator<byte[]> task) {
            try {
                return Packed.of(Packed.open(task.next(), GridTask.class).run(context, counts));
            } catch (IOException e) {
                throw new UncheckedIOException(e.getMessage(), e);
            }
        }
    }

    /** What runs on the driver when a task has ended. */
    private static final class Results extends AbstractFunction2<Object, byte[], BoxedUnit> {
        private final GridTask.Ended[] all;
        private final Consumer<GridTask.Ended> ended;

        Results(GridTask.Ended[] all, Consumer<GridTask.Ended> ended) {
            this.all = all;
            this.ended = ended;
        }

        @Override
        public synchronized BoxedUnit apply(Object partition, byte[] packed) {
            GridTask.Ended end = Packed.open(packed, GridTask.Ended.class);
            all[(Integer) partition] = end;
            ended.accept(end);
            return BoxedUnit.UNIT;
        }
    }

    /** What stopped the job, as the exception that says whose matter it is. */
    private static IOException failed(Exception failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        String text = cause == failure
                ? String.valueOf(failure.getMessage()).lines().findFirst().orElse("")
                : Diagnosis.of(cause).message();
        String message = "run a grid: a task failed: " + text + ": submit the same again to go on";
        return switch (Diagnosis.of(cause).kind()) {
            case INPUT, USAGE, DEVICE -> throw new InputException(message, failure);
            default -> new IOException(message, failure);
        };
    }
}
