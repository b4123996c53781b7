package org.unmute.spark.cluster;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileUtil;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;

/** Small jobs: one reports the JVM options of executors, the other copies a folder. */
public final class ClusterJob {
    private static final int TASKS = 4;
    private static final int PAUSE_MILLIS = 300;

    private ClusterJob() {}

    /** @param arguments {@code options}, or {@code copy} and the URIs of two folders */
    public static void main(String[] arguments) throws IOException {
        try (JavaSparkContext spark = new JavaSparkContext(new SparkConf().setAppName("cluster job"))) {
            List<Integer> numbers = IntStream.range(0, TASKS).boxed().toList();
            List<String> lines = switch (arguments[0]) {
                case "options" ->
                    spark.parallelize(numbers, TASKS).map(ClusterJob::options).collect();
                case "copy" -> {
                    Path from = new Path(arguments[1]);
                    Path to = new Path(arguments[2]);
                    Configuration hadoop = spark.hadoopConfiguration();
                    FileUtil.copy(from.getFileSystem(hadoop), from, to.getFileSystem(hadoop), to, false, hadoop);
                    yield List.of("copied");
                }
                default -> throw new IllegalArgumentException(arguments[0]);
            };
            lines.forEach(line -> System.out.println("RESULT " + line));
        }
    }

    private static String options(int number) throws InterruptedException {
        Thread.sleep(PAUSE_MILLIS); // so that every executor gets a task
        return SparkEnv.get().executorId() + " vector="
                + ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent() + " "
                + String.join(" ", ManagementFactory.getRuntimeMXBean().getInputArguments());
    }
}
