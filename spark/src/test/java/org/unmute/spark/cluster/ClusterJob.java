package org.unmute.spark.cluster;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileUtil;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Steps, one after the other, in one application, whose processes start only once: {@code options} reports the JVM
 * options of executors, {@code copy FROM TO} copies a folder, {@code embed ARGUMENTS} runs {@code
 * org.unmute.spark.Embed}.
 */
public final class ClusterJob {
    /** The argument between two steps. */
    static final String THEN = "then";

    private static final int TASKS = 4;
    private static final int PAUSE_MILLIS = 300;

    private ClusterJob() {}

    /** @param arguments the words of the steps, with {@value #THEN} between two steps */
    public static void main(String[] arguments) throws IOException, ReflectiveOperationException {
        try (JavaSparkContext spark = new JavaSparkContext(new SparkConf().setAppName("cluster job"))) {
            List<String> words = Arrays.asList(arguments);
            for (int from = 0; from < words.size(); ) {
                int then = words.subList(from, words.size()).indexOf(THEN);
                int to = then < 0 ? words.size() : from + then;
                run(spark, words.get(from), words.subList(from + 1, to));
                from = to + 1;
            }
        }
    }

    private static void run(JavaSparkContext spark, String step, List<String> arguments)
            throws IOException, ReflectiveOperationException {
        switch (step) {
            case "options" ->
                spark.parallelize(IntStream.range(0, TASKS).boxed().toList(), TASKS)
                        .map(ClusterJob::options)
                        .collect()
                        .forEach(line -> System.out.println("RESULT " + line));
            case "copy" -> copy(spark.hadoopConfiguration(), new Path(arguments.get(0)), new Path(arguments.get(1)));
            case "embed" -> embed(arguments);
            default -> throw new IllegalArgumentException(step);
        }
    }

    private static void copy(Configuration hadoop, Path from, Path to) throws IOException {
        FileUtil.copy(from.getFileSystem(hadoop), from, to.getFileSystem(hadoop), to, false, hadoop);
    }

    /** Only the class loader of the application's jar, below that of this class, has the class to run. */
    private static void embed(List<String> arguments) throws ReflectiveOperationException {
        ClassLoader application = Thread.currentThread().getContextClassLoader();
        Class<?> console = application.loadClass("org.unmute.spark.Console");
        Object status = application
                .loadClass("org.unmute.spark.Embed")
                .getMethod("run", console, String[].class)
                .invoke(null, console.getMethod("ofProcess").invoke(null), arguments.toArray(String[]::new));
        if (!status.equals(0)) {
            throw new IllegalStateException("embed ended with status " + status + ": " + arguments);
        }
    }

    private static String options(int number) throws InterruptedException {
        Thread.sleep(PAUSE_MILLIS); // so that every executor gets a task
        return SparkEnv.get().executorId() + " vector="
                + ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent() + " "
                + String.join(" ", ManagementFactory.getRuntimeMXBean().getInputArguments());
    }
}
