package org.unmute.spark.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.launcher.JavaModuleOptions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.kernels.contract.FullBuild;

/** The cluster that the other tests of this package use is one: JVMs of their own, HDFS and S3 within reach. */
@FullBuild("starts a cluster")
class SparkClusterTest {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Pattern RESULT = Pattern.compile("^RESULT (.*)$", Pattern.MULTILINE);

    @TempDir
    static Path folder;

    private static SparkCluster cluster;
    private static int runs;

    @BeforeAll
    static void start() throws Exception {
        cluster = SparkCluster.start(folder.resolve("cluster"), 2, 1, 1024);
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void executorsHaveTheOptionsThatSparkGivesThemAndTheVectorApi() throws Exception {
        List<String> executors = run(Map.of("spark.cores.max", "2"), "options");
        assertThat(executors.stream().map(line -> line.split(" ")[0]).distinct())
                .as("executors: %s", executors)
                .hasSize(2);
        assertThat(executors)
                .allSatisfy(line -> assertThat(line)
                        .contains("vector=true")
                        .contains(Stream.of(JavaModuleOptions.defaultModuleOptionArray())
                                .map(String::strip)
                                .filter(option -> !option.isEmpty())
                                .toList()));
    }

    @Test
    void tasksReachHdfs() throws Exception {
        try (HdfsServer hdfs = HdfsServer.start(folder.resolve("hdfs"))) {
            assertStores(hdfs.settings(), hdfs.url() + "/a folder", hdfs::shown);
        }
    }

    @Test
    void tasksReachS3() throws Exception {
        try (S3Server s3 = S3Server.start(folder.resolve("s3"), "bucket")) {
            assertStores(s3.settings(), "s3a://bucket/a folder", s3::shown);
        }
    }

    private static void assertStores(Map<String, String> hadoop, String uri, Supplier<String> logs) throws Exception {
        Map<String, String> settings = new TreeMap<>();
        hadoop.forEach((key, value) -> settings.put("spark.hadoop." + key, value));
        try {
            assertThat(run(settings, "store", uri)).containsExactly("15 of 0", "15 of 1", "15 of 2", "15 of 3");
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + logs.get(), e);
        }
    }

    private static List<String> run(Map<String, String> settings, String... arguments) throws Exception {
        Map<String, String> all = new TreeMap<>(settings);
        String classes = Places.classesOf(ClusterJob.class).toString();
        all.put("spark.driver.extraClassPath", classes);
        all.put("spark.executor.extraClassPath", classes);
        ChildJvm driver = cluster.submit(
                "driver-" + arguments[0] + "-" + runs++, // the log of a name goes on
                all,
                Stream.concat(Stream.of(ClusterJob.class.getName()), Stream.of(arguments))
                        .toList());
        if (driver.await(PATIENCE) != 0) {
            throw new AssertionError(String.join(" ", arguments) + cluster.logs());
        }
        return RESULT.matcher(driver.log()).results().map(r -> r.group(1)).toList();
    }
}
