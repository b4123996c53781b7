package org.unmute.spark.cluster;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FileUtil;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;

/** Small jobs that tell whether a cluster works: what its JVMs run with, and whether its tasks reach a file system. */
public final class ClusterJob {
    private static final int TASKS = 4;
    private static final int PAUSE_MILLIS = 300;

    private ClusterJob() {}

    /** @param arguments {@code options}; {@code store} and the URI of a folder; {@code copy} and the URIs of two */
    public static void main(String[] arguments) throws IOException {
        try (JavaSparkContext spark = new JavaSparkContext(new SparkConf().setAppName("cluster job"))) {
            List<Integer> numbers = IntStream.range(0, TASKS).boxed().toList();
            List<String> lines = switch (arguments[0]) {
                case "options" ->
                    spark.parallelize(numbers, TASKS).map(ClusterJob::options).collect();
                case "store" -> {
                    // Hadoop's configuration is no serializable object; a job's settings of it are Spark's.
                    List<String> settings = List.of(spark.getConf().getAllWithPrefix("spark.hadoop.")).stream()
                            .map(pair -> pair._1() + "=" + pair._2())
                            .toList();
                    String folder = arguments[1];
                    yield spark.parallelize(numbers, TASKS)
                            .map(n -> store(settings, folder + "/part-" + n, n))
                            .collect();
                }
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

    private static String store(List<String> settings, String name, int number) throws Exception {
        Configuration configuration = new Configuration();
        for (String setting : settings) {
            configuration.set(setting.replaceFirst("=.*", ""), setting.replaceFirst("[^=]*=", ""));
        }
        Path path = new Path(name);
        FileSystem files = path.getFileSystem(configuration);
        byte[] written = ("0123456789 of " + number).getBytes(StandardCharsets.UTF_8);
        try (FSDataOutputStream out = files.create(path, true)) {
            out.write(written);
        }
        byte[] read = new byte[written.length - 10];
        try (FSDataInputStream in = files.open(path)) {
            in.readFully(10, read);
        }
        return files.getFileStatus(path).getLen() + new String(read, StandardCharsets.UTF_8);
    }
}
