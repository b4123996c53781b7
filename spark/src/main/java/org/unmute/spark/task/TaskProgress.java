package org.unmute.spark.task;

import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/** Says now and then how far the tasks of a job are. */
public final class TaskProgress extends SparkListener {
    private static final long TELL_MILLIS = 10_000;

    private final Supplier<String> line;
    private final Consumer<String> tell;
    private final Runnable check;
    private long told = System.currentTimeMillis();

    /**
     * @param line what to say
     * @param tell receives it
     * @param check called whenever a task ends
     */
    public TaskProgress(Supplier<String> line, Consumer<String> tell, Runnable check) {
        this.line = line;
        this.tell = tell;
        this.check = check;
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd task) {
        check.run();
        long now = System.currentTimeMillis();
        if (now - told >= TELL_MILLIS) {
            told = now;
            tell.accept(line.get());
        }
    }
}
