package org.unmute.spark.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.benchmark.check.FolderCheck;
import org.unmute.files.InputException;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.spark.plan.PlannedClip;
import org.unmute.spark.table.ClipRow;

/** Submitting a job again restores what its folder lacks; the result is that of an undisturbed job. */
class JobRepairTest {
    private static final int SHARE = 8;
    private static final List<PlannedClip> PLANNED = SampleJob.clips(0, 24, "1");

    @TempDir
    static Path undisturbed;

    @TempDir
    Path temp;

    private static String expected;

    @BeforeAll
    static void undisturbed() throws IOException {
        FaultyFileSystem.failing = 0;
        Path scratch = Files.createDirectories(undisturbed.resolve("scratch"));
        SampleJob fresh = new SampleJob(
                "file:" + undisturbed.resolve("fresh"), scratch, FaultyFileSystem.configuration(), false, 1);
        fresh.run(PLANNED, SHARE);
        expected = JobFolderTest.state(fresh);
    }

    @BeforeEach
    void nothingFails() throws IOException {
        FaultyFileSystem.failing = 0;
        Files.createDirectories(temp.resolve("scratch"));
    }

    private SampleJob job(String scheme, String folder) {
        String place = scheme.equals("file") ? "file:" + temp.resolve(folder) : scheme + "://x" + temp.resolve(folder);
        return new SampleJob(place, temp.resolve("scratch"), FaultyFileSystem.configuration(), false, 1);
    }

    private SampleJob whole(String scheme) throws IOException {
        SampleJob whole = job(scheme, "whole");
        whole.run(PLANNED, SHARE);
        return whole;
    }

    static SampleJob copy(SampleJob from, SampleJob to) throws IOException {
        for (String name : from.files()) {
            Path file = to.root().resolve(name);
            Files.createDirectories(file.getParent());
            Files.copy(from.root().resolve(name), file);
        }
        return to;
    }

    private interface Hurt {
        void hurt(Path file) throws IOException;
    }

    private static void cut(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length - bytes.length / 3));
    }

    private static void empty(Path file) throws IOException {
        Files.write(file, new byte[0]);
    }

    private static void flip(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 4;
        Files.write(file, bytes);
    }

    /** Files in the job's folder whose relative paths match. */
    private static List<Path> files(SampleJob job, String like) throws IOException {
        try (Stream<Path> all = Files.walk(job.root())) {
            return all.filter(file -> job.root().relativize(file).toString().matches(like))
                    .sorted()
                    .toList();
        }
    }

    private static void assertMadeAgain(SampleJob job, String expected, boolean verify, List<Path> hurt)
            throws IOException {
        List<String> remarks = new ArrayList<>();
        job.run(PLANNED, SHARE, verify, remarks);
        for (Path file : hurt) {
            assertThat(remarks).as("%s", file).anyMatch(line -> line.contains(file.toString()));
        }
        assertThat(JobFolderTest.state(job)).as("%s", remarks).isEqualTo(expected);
        assertThat(job.index()).extracting(ClipRow::clip).doesNotHaveDuplicates();
        JobFolderTest.assertClean(job);
        try (JobFolder opened = job.open(true)) {
            assertThat(opened.remarks()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"file", "s3a"})
    void whatIsMissingOrCutIsMadeAgain(String scheme) throws IOException {
        // More kinds of damage on a disk; other schemes differ only in where files are written.
        List<Hurt> ways = scheme.equals("file")
                ? List.of(Files::delete, JobRepairTest::cut, JobRepairTest::empty)
                : List.of(Files::delete);
        int number = 0;
        SampleJob whole = whole(scheme);
        for (String like : List.of(
                ("tokens/shard-00001.*tok tokens/shard-00001.*toc tokens/shard-00001.*to[ck] index/part-00001.* "
                                + "events/part-00001.* (index|events)/part-00001.* (tokens/shard|index/part|events/part)-00001.* "
                                + "tokens/run.json key.json _manifest.json tokens/_manifest.json index/_manifest.json "
                                + "events/_manifest.json")
                        .split(" "))) {
            for (Hurt way : ways) {
                SampleJob job = copy(whole, job(scheme, "job-" + number++));
                List<Path> hurt = files(job, like);
                assertThat(hurt).as(like).isNotEmpty();
                for (Path file : hurt) {
                    way.hurt(file);
                }
                boolean told = !like.equals("_manifest.json") || way != ways.getFirst();
                assertMadeAgain(job, expected, false, told ? hurt.subList(0, 1) : List.of());
            }
        }
    }

    @Test
    void flippedBitsAreFoundByVerify() throws IOException {
        int number = 0;
        SampleJob whole = whole("file");
        for (String like :
                List.of(("tokens/shard-00001.*tok tokens/shard-00001.*toc index/part-00001.* events/part-00001.* "
                                + "tokens/run.json key.json _manifest.json tokens/_manifest.json index/_manifest.json")
                        .split(" "))) {
            SampleJob job = copy(whole, job("file", "job-" + number++));
            List<Path> hurt = files(job, like);
            flip(hurt.getFirst());
            assertMadeAgain(job, expected, true, hurt);
        }
    }

    /** Several kinds of damage at the same time. */
    @Test
    void severalKindsOfDamageAtOnce() throws IOException {
        SampleJob job = job("file", "job");
        job.run(PLANNED, SHARE);
        for (String like : List.of("tokens/shard-00000.*", "index/part-00001.*", "events/part-00002.*")) {
            for (Path file : files(job, like)) {
                Files.delete(file);
            }
        }
        assertMadeAgain(job, expected, false, List.of(job.root().resolve("tokens/shard-00000.tok")));
    }

    /**
     * Clips outside this run keep their rows, which state what is missing, until a run includes their recordings again.
     */
    @Test
    void clipsThatThisRunIsNotAboutSayWhatTheyLack() throws IOException {
        SampleJob job = job("file", "job");
        job.run(PLANNED, SHARE);
        for (Path file : files(job, "tokens/shard-00001.*")) {
            Files.delete(file);
        }
        job.run(PLANNED.subList(0, 8), SHARE);
        JobFolderTest.assertClean(job);
        assertThat(job.index().stream()
                        .filter(row -> row.error() != null && row.error().contains("shard-00001.tok, was lost")))
                .hasSize(7)
                .allMatch(row -> row.tokens().shard() == null && row.pooled() != null);
        job.run(PLANNED, SHARE);
        assertThat(JobFolderTest.state(job)).isEqualTo(expected);
    }

    /** Folders of earlier versions have manifests only on object stores, and those have no digests of their own. */
    @Test
    void aFolderOfAnEarlierVersionGetsManifests() throws IOException {
        int number = 0;
        SampleJob whole = whole("file");
        for (String like :
                List.of("none tokens/shard-00001.* tokens/shard-00001.*tok index/part-00001.* events/part-00001.*"
                        .split(" "))) {
            for (Hurt way : List.<Hurt>of(Files::delete, JobRepairTest::cut)) {
                SampleJob job = copy(whole, job("file", "job-" + number++));
                for (Path file : files(job, ".*_manifest.json")) {
                    Files.delete(file);
                }
                for (Path file : files(job, like)) {
                    way.hurt(file);
                }
                assertMadeAgain(job, expected, false, List.of());
            }
        }
    }

    @Test
    void aLostKeyIsWrittenAgainBySameSettingsAlone() throws IOException {
        SampleJob job = job("file", "job");
        job.run(PLANNED, SHARE);
        Files.delete(job.root().resolve("key.json"));
        assertThatThrownBy(() -> JobFolder.open(job.folder(), SampleJob.key("other"), false, job.configuration()))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("key.json is missing", "submit the job with the settings that it had");
        assertMadeAgain(job, expected, false, List.of(job.root().resolve("key.json")));
    }

    /** Following the advice of `fsck` for a damaged file literally leads to a folder in which it finds nothing. */
    @Test
    void theAdviceOfFsckLeadsToAnIntactFolder() throws IOException {
        int number = 0;
        SampleJob whole = whole("file");
        for (String like : List.of(
                ("tokens/shard-00001.tok tokens/shard-00001.toc index/part-00001.parquet events/part-00001.parquet "
                                + "tokens/run.json key.json index/_manifest.json")
                        .split(" "))) {
            for (Hurt way : List.<Hurt>of(Files::delete, JobRepairTest::flip)) {
                SampleJob job = copy(whole, job("file", "job-" + number++));
                way.hurt(job.root().resolve(like));
                FolderCheck.Result found = FolderCheck.of(job.root(), _ -> {});
                assertThat(found.findings())
                        .as(like)
                        .anyMatch(finding -> finding.path().equals(job.root().resolve(like)));
                for (String remedy : Set.copyOf(
                        found.findings().stream().map(each -> each.remedy()).toList())) {
                    if (remedy.startsWith("delete ")) {
                        Files.delete(Path.of(remedy.replaceAll("delete (.*?), then .*", "$1")));
                    }
                    assertThat(remedy)
                            .endsWith(
                                    like.endsWith("run.json")
                                            ? "run: spark/submit embed, with the options that the job had"
                                            : "run: spark/submit embed --sample");
                }
                assertMadeAgain(job, expected, false, List.of());
                assertThat(FolderCheck.of(job.root(), _ -> {}).findings()).isEmpty();
            }
        }
    }

    /** A repair that is killed at any of {@link KillPoints} is completed by the next run. */
    @FullBuild("kills a driver some dozen times")
    @ParameterizedTest
    @ValueSource(strings = {"hdfs", "s3a"})
    void whereverARepairIsKilledTheNextRunEndsIt(String scheme) throws IOException {
        SampleJob whole = whole(scheme);
        KillPoints points = new KillPoints();
        for (int operation = 1; ; operation = points.after(operation)) {
            SampleJob job = copy(whole, job(scheme, "job-" + operation));
            for (String like : List.of(
                    "tokens/shard-00000.*", "index/part-00001.*", "events/part-00002.*", "tokens/_manifest.json")) {
                for (Path file : files(job, like)) {
                    Files.delete(file);
                }
            }
            FaultyFileSystem.OPERATIONS.set(0);
            FaultyFileSystem.failing = operation;
            boolean ended = false;
            try {
                job.run(PLANNED, SHARE);
                ended = true;
            } catch (IOException e) {
                assertThat(e).hasStackTraceContaining(" fails: ");
            } finally {
                FaultyFileSystem.failing = 0;
            }
            SampleJob next = new SampleJob(job.folder(), job.scratch(), job.configuration(), true, 1);
            next.run(PLANNED, SHARE);
            assertThat(JobFolderTest.state(next))
                    .as("killed at operation %d", operation)
                    .isEqualTo(expected);
            JobFolderTest.assertClean(next);
            if (ended) {
                assertThat(operation).isGreaterThan(20);
                return;
            }
        }
    }
}
