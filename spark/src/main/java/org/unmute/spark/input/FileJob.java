package org.unmute.spark.input;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.IntFunction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.unmute.spark.plan.Packed;

/** A Spark job that asks executors about files. */
final class FileJob {
    private static final String DESCRIPTION = "spark.job.description";

    private FileJob() {}

    /** Answers the questions of a task. Questions and answers are {@link Packed} bytes. */
    @FunctionalInterface
    interface Answering extends Serializable {
        byte[] answers(HadoopFiles files, byte[] questions) throws Exception;
    }

    /**
     * Asks executors.
     *
     * @param what description of the job for Spark's pages: a verb, followed by the number of files
     * @param questions one for each file
     * @param tasks number of tasks, at most the number of questions
     * @param array creates an array of questions
     * @return the answers of each task, in the order of the questions
     */
    static <Q extends Serializable> List<byte[]> ask(
            JavaSparkContext spark,
            String what,
            List<Q> questions,
            int tasks,
            IntFunction<Q[]> array,
            Answering answering) {
        List<byte[]> parts = new ArrayList<>();
        for (int i = 0; i < tasks; i++) {
            int from = (int) ((long) questions.size() * i / tasks);
            int to = (int) ((long) questions.size() * (i + 1) / tasks);
            parts.add(Packed.of(questions.subList(from, to).toArray(array)));
        }
        Broadcast<SerializableConfiguration> configuration =
                spark.broadcast(new SerializableConfiguration(spark.hadoopConfiguration()));
        String before = spark.getLocalProperty(DESCRIPTION);
        spark.setJobDescription(what + " " + questions.size() + " files");
        try {
            return spark.parallelize(parts, tasks)
                    .mapPartitions(new Task(configuration, answering))
                    .collect();
        } finally {
            spark.setJobDescription(before);
            configuration.destroy();
        }
    }

    /** The work of one task. */
    private record Task(Broadcast<SerializableConfiguration> configuration, Answering answering)
            implements FlatMapFunction<Iterator<byte[]>, byte[]> {
        @Override
        public Iterator<byte[]> call(Iterator<byte[]> parts) throws Exception {
            HadoopFiles files = new HadoopFiles(configuration.value().value());
            List<byte[]> answers = new ArrayList<>();
            while (parts.hasNext()) {
                answers.add(answering.answers(files, parts.next()));
            }
            return answers.iterator();
        }
    }
}
