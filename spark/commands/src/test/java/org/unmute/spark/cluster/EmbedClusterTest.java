package org.unmute.spark.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.parquet.example.data.Group;
import org.apache.spark.launcher.JavaModuleOptions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmute.data.TextTable;
import org.unmute.kernels.contract.FullBuild;

/**
 * Recordings embedded, scored and searched for events on a real cluster, from and to a local disk, HDFS and S3. The
 * results are bit for bit those of the command line, no matter which processes are killed.
 */
@FullBuild("starts a cluster, HDFS and an S3 server")
class EmbedClusterTest {
    private static final Duration PATIENCE = Duration.ofMinutes(15);
    private static final String EMBED = "org.unmute.spark.Embed";
    private static final int EXECUTORS = 2;
    private static final Pattern RESULT = Pattern.compile("^RESULT (.*)$", Pattern.MULTILINE);

    @TempDir
    static Path folder;

    private static Recordings recordings;
    private static Path probe;
    private static Path commands;
    private static SparkCluster cluster;
    private static Path undisturbed;
    private static Path fromHdfs;
    private static Path fromS3;
    private static String log;

    /** Computes the results of the command line, and those of undisturbed jobs on all file systems. */
    @BeforeAll
    static void start() throws Exception {
        recordings = Recordings.write(folder.resolve("recordings"));
        commands = Files.createDirectories(folder.resolve("commands"));
        Unmute.run("embed", "--audio", recordings.folder, "--out", commands.resolve("cache"));
        probe(commands.resolve("cache"), commands.resolve("run"));
        probe = commands.resolve("run/probe-seed0.safetensors");
        cluster = SparkCluster.start(folder.resolve("cluster"), EXECUTORS, 1, 1024);
        undisturbed = folder.resolve("undisturbed");
        fromHdfs = folder.resolve("from-hdfs");
        fromS3 = folder.resolve("from-s3");
        try (HdfsServer hdfs = HdfsServer.start(folder.resolve("hdfs"));
                S3Server s3 = S3Server.start(folder.resolve("s3"), "bucket")) {
            try {
                undisturbed(hdfs, s3);
            } catch (AssertionError e) {
                throw new AssertionError(e.getMessage() + hdfs.shown() + s3.shown(), e);
            }
        }
    }

    /** One application, so that its processes start only once. */
    private static void undisturbed(HdfsServer hdfs, S3Server s3) throws Exception {
        Configuration configuration = new Configuration();
        hdfs.settings().forEach(configuration::set);
        FileSystem files = FileSystem.get(java.net.URI.create(hdfs.url()), configuration);
        files.copyFromLocalFile(
                new org.apache.hadoop.fs.Path(recordings.folder.toUri()),
                new org.apache.hadoop.fs.Path("/audio files"));
        // No task starts before all executors have registered.
        Map<String, String> settings = withTestClasses(Map.of(
                "spark.cores.max",
                String.valueOf(EXECUTORS),
                "spark.scheduler.minRegisteredResourcesRatio",
                "1.0",
                "spark.scheduler.maxRegisteredResourcesWaitingTime",
                PATIENCE.toSeconds() + "s"));
        settings.putAll(hadoop(hdfs.settings()));
        settings.putAll(hadoop(s3.settings()));
        log = run(
                "undisturbed",
                settings,
                steps(
                        List.of("options"),
                        embed(recordings.folder.toString(), undisturbed.toString()),
                        embed(hdfs.url() + "/audio files", hdfs.url() + "/a job"),
                        copy(recordings.folder.toUri().toString(), "s3a://bucket/audio files"),
                        embed("s3a://bucket/audio files", "s3a://bucket/a job"),
                        copy("s3a://bucket/a job", fromS3.toUri().toString())));
        files.copyToLocalFile(new org.apache.hadoop.fs.Path("/a job"), new org.apache.hadoop.fs.Path(fromHdfs.toUri()));
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    private static void probe(Path cache, Path run) {
        Unmute.run(
                "probe",
                "--probe",
                "protobin",
                "--cache",
                cache,
                "--labels",
                recordings.labels,
                "--split",
                "train",
                "--val-share",
                "0.2",
                "--epochs",
                "4",
                "--out",
                run);
    }

    @Test
    void executorsHaveTheOptionsThatSparkGivesThemAndTheVectorApi() {
        List<String> executors =
                RESULT.matcher(log).results().map(r -> r.group(1)).toList();
        assertThat(executors.stream().map(line -> line.split(" ")[0]).distinct())
                .as("executors: %s", executors)
                .hasSize(EXECUTORS);
        assertThat(executors)
                .allSatisfy(line -> assertThat(line)
                        .contains("vector=true")
                        .contains(Stream.of(JavaModuleOptions.defaultModuleOptionArray())
                                .map(String::strip)
                                .filter(option -> !option.isEmpty())
                                .toList()));
    }

    @Test
    void tokensAndTheProbesTrainedOnThemAreThoseOfTheCommandLine() throws Exception {
        SortedMap<String, String> expected = CacheDigests.of(commands.resolve("cache"));
        assertThat(expected).hasSize(recordings.usable);
        assertThat(CacheDigests.of(undisturbed.resolve("tokens"))).isEqualTo(expected);
        Path run = commands.resolve("run-on-job");
        probe(undisturbed.resolve("tokens"), run);
        assertThat(Files.mismatch(run.resolve("probe-seed0.safetensors"), probe))
                .as("first byte in which probes differ")
                .isEqualTo(-1);
    }

    @Test
    void everyRowIsAccountedFor() throws Exception {
        SortedMap<String, Group> index = JobTables.index(undisturbed);
        assertThat(index).hasSize(recordings.usable + recordings.unusable.size());
        assertThat(index.values().stream().filter(row -> JobTables.text(row, "error") != null))
                .extracting(row -> JobTables.text(row, "clip"))
                .containsExactlyInAnyOrderElementsOf(recordings.unusable);
        assertThat(index.keySet()).contains("_odd/number#1.wav", "_odd/50%25.wav", "_odd/{a,b}[c]*.wav");
        assertThat(Unmute.run("fsck", undisturbed.resolve("tokens"))).contains("Nothing is damaged or unfinished");
    }

    @ParameterizedTest
    @CsvSource({"scores,calibrated", "raw_scores,sigmoid"})
    void scoresAreThoseOfTheCommandLine(String column, String activation) throws Exception {
        Path scores = commands.resolve(column + ".csv");
        Unmute.run(
                "tag", "--probe", probe, "--audio", recordings.folder, "--scores", scores, "--activation", activation);
        Map<String, float[]> expected = new TreeMap<>();
        for (List<String> row : csv(scores)) {
            float[] values = new float[row.size() - 1];
            for (int i = 0; i < values.length; i++) {
                values[i] = Float.parseFloat(row.get(i + 1));
            }
            expected.put(row.get(0), values);
        }
        Map<String, float[]> given = new TreeMap<>();
        JobTables.index(undisturbed).forEach((clip, row) -> {
            float[] values = JobTables.vector(row, column);
            if (values != null) {
                given.put(clip, values);
            }
        });
        assertThat(given.keySet()).isEqualTo(expected.keySet()).hasSize(recordings.usable);
        given.forEach((clip, values) -> assertThat(values).as(clip).containsExactly(expected.get(clip)));
    }

    @Test
    void eventsAreThoseOfTheCommandLine() throws Exception {
        Path events = commands.resolve("events");
        Unmute.run("detect", "--probe", probe, "--audio", recordings.folder, "--out", events);
        List<String> expected = new ArrayList<>();
        for (List<String> row : csv(events.resolve("events.csv"))) {
            expected.add(String.join("|", row));
        }
        List<String> given = new ArrayList<>();
        for (Group row : JobTables.eventRows(undisturbed)) {
            given.add(String.format(
                    Locale.ROOT,
                    "%s|%.6f|%.6f|%s|%.4f|%.1f|%.1f|%s|%s|%s||",
                    JobTables.text(row, "path"),
                    row.getDouble("onset", 0),
                    row.getDouble("offset", 0),
                    JobTables.text(row, "label"),
                    row.getDouble("score", 0),
                    row.getDouble("low", 0),
                    row.getDouble("high", 0),
                    JobTables.text(row, "begin_datetime"),
                    JobTables.text(row, "end_datetime"),
                    JobTables.text(row, "site")));
        }
        assertThat(given).as("events").isNotEmpty().containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void aKilledExecutorAndATaskThatFailsTwiceChangeNothing() throws Exception {
        Path out = folder.resolve("killed executor");
        Path mark = folder.resolve("held-by-the-killed");
        ChildJvm driver = submit("killed-executor", faults(mark, 0, 1, 2), out);
        long pid = Long.parseLong(awaited(mark, driver));
        assertThat(cluster.executors()).extracting(ProcessHandle::pid).contains(pid);
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        end(driver);
        assertThat(driver.log()).contains("injected: attempt 0", "injected: attempt 1");
        assertSameAsUndisturbed(out);
    }

    @Test
    void theLoserOfTwoSpeculativeAttemptsDoesNotCount() throws Exception {
        Path out = folder.resolve("speculation");
        Map<String, String> settings = new TreeMap<>(faults(folder.resolve("held-in-speculation"), 2, -1, 0));
        settings.putAll(Map.of(
                "spark.speculation",
                "true",
                "spark.speculation.interval",
                "100ms",
                "spark.speculation.quantile",
                "0.5",
                "spark.speculation.multiplier",
                "1.1",
                "spark.speculation.minTaskRuntime",
                "500ms"));
        ChildJvm driver = submit("speculation", settings, out);
        end(driver);
        assertThat(driver.log()).containsPattern("[Ss]peculat");
        assertSameAsUndisturbed(out);
    }

    /** Rows of finished tasks count. Executors that outlive their driver commit nothing. */
    @Test
    void aJobWhoseDriverWasKilledGoesOn() throws Exception {
        Path out = folder.resolve("killed driver");
        Path mark = folder.resolve("held-by-the-orphan");
        ChildJvm driver = submit("killed-driver", faults(mark, 3, -1, 0), out);
        awaited(mark, driver);
        awaitPart(out, driver);
        driver.kill();
        long committed = JobTables.usable(JobTables.index(out));
        assertThat(committed).as("clips that were committed").isPositive().isLessThan(recordings.usable);
        Path resumed = folder.resolve("resumed");
        List<String> embed = embed(recordings.folder.toString(), out.toString());
        String after =
                run("resumed", withTestClasses(Map.of()), steps(embed, copy("file:" + out, "file:" + resumed), embed));
        assertThat(after).contains(" " + committed + " already there", "(0 embedded now");
        assertSameAsUndisturbed(resumed);
        assertSameAsUndisturbed(out);
    }

    @Test
    void fromAndToHdfsTheBitsAreTheSame() throws IOException {
        assertSameAsUndisturbed(fromHdfs);
    }

    @Test
    void fromAndToS3TheBitsAreTheSame() throws IOException {
        assertThat(fromS3.resolve("tokens/_manifest.json")).exists();
        assertSameAsUndisturbed(fromS3);
    }

    /** Hadoop settings in the form of a job's settings. */
    private static Map<String, String> hadoop(Map<String, String> settings) {
        Map<String, String> prefixed = new TreeMap<>();
        settings.forEach((key, value) -> prefixed.put("spark.hadoop." + key, value));
        return prefixed;
    }

    /** An application of several steps of {@link ClusterJob}. */
    @SafeVarargs
    private static List<String> steps(List<String>... steps) {
        List<String> application = new ArrayList<>(List.of(ClusterJob.class.getName()));
        for (List<String> step : steps) {
            if (application.size() > 1) {
                application.add(ClusterJob.THEN);
            }
            application.addAll(step);
        }
        return application;
    }

    private static List<String> copy(String from, String to) {
        return List.of("copy", from, to);
    }

    private static List<String> embed(String audio, String out) {
        return List.of(
                "embed",
                "--audio",
                audio,
                "--out",
                out,
                "--keep",
                "tokens,pooled,scores,events",
                "--probe",
                probe.toString());
    }

    /** Settings that disturb attempts at writing: one attempt is held, and the first ones of another partition fail. */
    private static Map<String, String> faults(Path mark, int held, int failing, int failures) throws IOException {
        Map<String, String> settings = hadoop(Map.of(
                "fs.file.impl",
                FaultyFileSystem.class.getName(),
                FaultyFileSystem.FILES,
                "/tokens/shard-",
                FaultyFileSystem.MARK,
                mark.toString(),
                FaultyFileSystem.HELD,
                String.valueOf(held),
                FaultyFileSystem.FAILING,
                String.valueOf(failing),
                FaultyFileSystem.FAILURES,
                String.valueOf(failures)));
        return withTestClasses(settings);
    }

    /** Adds settings that let driver and executors find the test classes. */
    private static Map<String, String> withTestClasses(Map<String, String> settings) throws IOException {
        Map<String, String> all = new TreeMap<>(settings);
        String classes = Places.classesOf(ClusterJob.class).toString();
        all.put("spark.driver.extraClassPath", classes);
        all.put("spark.executor.extraClassPath", classes);
        return all;
    }

    private static ChildJvm submit(String name, Map<String, String> settings, Path out) throws IOException {
        List<String> application = new ArrayList<>(embed(recordings.folder.toString(), out.toString()));
        application.set(0, EMBED);
        return cluster.submit(name, settings, application);
    }

    private static String run(String name, Map<String, String> settings, List<String> application) throws Exception {
        ChildJvm driver = cluster.submit(name, settings, application);
        end(driver);
        return driver.log();
    }

    private static void end(ChildJvm driver) throws Exception {
        if (driver.await(PATIENCE) != 0) {
            throw new AssertionError(cluster.logs());
        }
    }

    /** Waits for a file and returns its content. */
    private static String awaited(Path file, ChildJvm driver) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!Files.exists(file)) {
            if (!driver.isAlive() || System.nanoTime() > end) {
                throw new AssertionError("no attempt was held: " + cluster.logs());
            }
            Thread.sleep(20);
        }
        return Files.readString(file);
    }

    /** Waits until the index has a part. */
    private static void awaitPart(Path job, ChildJvm driver) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (parts(job) == 0) {
            if (!driver.isAlive() || System.nanoTime() > end) {
                throw new AssertionError("nothing was committed: " + cluster.logs());
            }
            Thread.sleep(50);
        }
    }

    private static long parts(Path job) throws IOException {
        if (!Files.isDirectory(job.resolve("index"))) {
            return 0;
        }
        try (Stream<Path> files = Files.list(job.resolve("index"))) {
            return files.filter(f -> f.toString().endsWith(".parquet")).count();
        }
    }

    private static void assertSameAsUndisturbed(Path job) throws IOException {
        assertThat(JobTables.words(job)).isEqualTo(JobTables.words(undisturbed));
        assertThat(JobTables.events(job)).isEqualTo(JobTables.events(undisturbed));
        assertThat(CacheDigests.of(job.resolve("tokens"))).isEqualTo(CacheDigests.of(undisturbed.resolve("tokens")));
    }

    private static List<List<String>> csv(Path file) throws IOException {
        List<List<String>> rows = new ArrayList<>();
        TextTable.forEach(file, row -> rows.add(row.fields()));
        return rows;
    }
}
