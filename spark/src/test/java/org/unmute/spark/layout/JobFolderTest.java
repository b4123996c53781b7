package org.unmute.spark.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.benchmark.check.CheckedItem;
import org.unmute.benchmark.check.FolderCheck;
import org.unmute.data.provenance.RunRecord;
import org.unmute.files.InputException;
import org.unmute.files.SettingsException;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.TokenCache;
import org.unmute.spark.plan.PlannedClip;
import org.unmute.spark.table.ClipRow;

/** The contents of a job's folder, on file systems that rename and on those that do not, and after kills. */
class JobFolderTest {
    private static final int CLIPS = 40;

    @TempDir
    Path temp;

    @BeforeEach
    @AfterEach
    void nothingFails() {
        FaultyFileSystem.failing = 0;
    }

    private SampleJob job(String scheme, String folder) throws IOException {
        String place = scheme.equals("file") ? "file:" + temp.resolve(folder) : scheme + "://x" + temp.resolve(folder);
        Files.createDirectories(temp.resolve("scratch"));
        return new SampleJob(place, temp.resolve("scratch"), FaultyFileSystem.configuration(), false, 2);
    }

    /** Everything that counts: rows without the place of their tokens, tokens as read from the cache, and events. */
    static String state(SampleJob job) throws IOException {
        List<String> lines = new ArrayList<>();
        HadoopShardFiles shards = new HadoopShardFiles(job.folder() + "/tokens", job.configuration());
        try (TokenCache cache = TokenCache.open(shards, SampleJob.TOKENS)) {
            assertThat(cache.verify()).isEmpty();
            for (ClipRow row : job.index()) {
                lines.add(String.join(
                        "|",
                        List.of(
                                row.clip(),
                                row.origin().path(),
                                row.origin().start() + "-" + row.origin().end(),
                                "" + row.origin().labels(),
                                "" + row.origin().split(),
                                row.origin().stamp(),
                                row.sha256(),
                                Arrays.toString(row.pooled()),
                                row.scores() == null
                                        ? "null"
                                        : Arrays.toString(row.scores().scores()),
                                row.scores() == null
                                        ? "null"
                                        : Arrays.toString(row.scores().raw()),
                                "" + row.error(),
                                tokens(cache, row))));
            }
        }
        job.events().forEach(event -> lines.add(event.toString()));
        lines.sort(null);
        return String.join("\n", lines);
    }

    private static String tokens(TokenCache cache, ClipRow row) throws IOException {
        if (row.error() != null) {
            assertThat(row.tokens().shard()).isNull();
            return "none";
        }
        CachedClip clip = cache.find(row.clip()).orElseThrow();
        assertThat(clip.shard()).isEqualTo(row.tokens().shard());
        assertThat(clip.audioSha256()).isEqualTo(row.sha256());
        TokenMap map = cache.read(row.clip());
        assertThat(List.of(map.time(), map.freq(), map.dim()))
                .isEqualTo(List.of(
                        row.tokens().time(), row.tokens().freq(), row.tokens().dim()));
        return Arrays.toString(map.tokens()) + Arrays.toString(map.cls());
    }

    static void assertClean(SampleJob job) throws IOException {
        FolderCheck.Result check = FolderCheck.of(job.root(), _ -> {});
        assertThat(check.findings()).isEmpty();
        assertThat(check.items()).extracting(CheckedItem::what).contains("job on Spark", "token cache");
        Set<String> files = job.files();
        files.removeIf(name -> name.matches("tokens/(shard-\\d{5}[0-9a-z.-]*\\.(tok|toc)|run\\.json)"
                + "|(index|events)/part-\\d{5}[0-9a-z.-]*\\.parquet|key\\.json|run\\.lock"));
        assertThat(files)
                .containsExactly(
                        "_manifest.json", "events/_manifest.json", "index/_manifest.json", "tokens/_manifest.json");
        JobStore store = JobStore.of(job.folder(), job.configuration());
        for (String folder : List.of("tokens", "index", "events")) {
            Set<String> named = CommitLog.manifest(store, folder).orElseThrow().files().stream()
                    .map(file -> file.name())
                    .collect(Collectors.toCollection(TreeSet::new));
            Set<String> there = new TreeSet<>(store.names(folder));
            there.remove("_manifest.json");
            assertThat(there).isEqualTo(named);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"file", "hdfs", "s3a"})
    void aSecondRunDoesOnlyWhatIsMissing(String scheme) throws IOException {
        SampleJob job = job(scheme, "DIR with spaces");
        int bad = (int) SampleJob.clips(0, CLIPS, "1").stream()
                .filter(SampleJob::isUnusable)
                .count();
        assertThat(job.run(SampleJob.clips(0, CLIPS, "1"), 8)).isEqualTo(CLIPS);
        assertClean(job);
        assertThat(job.index()).hasSize(CLIPS).extracting(ClipRow::clip).doesNotHaveDuplicates();
        assertThat(job.index().stream().filter(row -> row.error() != null)).hasSize(bad);
        assertThat(job.events()).hasSize(2 * (CLIPS - bad));
        String first = state(job);

        assertThat(job.run(SampleJob.clips(0, CLIPS, "1"), 8))
                .as("what failed is tried again")
                .isEqualTo(bad);
        assertClean(job);
        assertThat(state(job)).isEqualTo(first);

        assertThat(job.run(SampleJob.clips(0, CLIPS + 10, "1"), 8)).isEqualTo(bad + 10);
        assertClean(job);
        SampleJob all = job(scheme, "all");
        all.run(SampleJob.clips(0, CLIPS + 10, "1"), 50);
        assertThat(state(job)).isEqualTo(state(all));
    }

    @Test
    void theIntervalOfCommitsIsFromASecondToAnHour() throws IOException {
        for (int seconds : new int[] {0, 3601}) {
            SampleJob job = job("file", "job");
            job.configuration().setInt(ShareCommits.SECONDS, seconds);
            assertThatThrownBy(() -> job.run(SampleJob.clips(0, 2, "1"), 2))
                    .isInstanceOf(SettingsException.class)
                    .hasMessage("unmute.commit.seconds is " + seconds + ": it must be from 1 to 3600");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"file", "hdfs", "s3a"})
    void changedAudioIsDoneAgainAndTouchedAudioIsNot(String scheme) throws IOException {
        SampleJob job = job(scheme, "job");
        job.run(SampleJob.clips(0, CLIPS, "1"), 9);
        List<PlannedClip> planned = new ArrayList<>(SampleJob.clips(0, 10, "touched 1"));
        planned.addAll(SampleJob.clips(10, 20, "2"));
        planned.addAll(SampleJob.clips(20, CLIPS, "1"));
        long bad = planned.stream().filter(SampleJob::isUnusable).count();
        long changed = planned.subList(10, 20).stream()
                .filter(c -> !SampleJob.isUnusable(c))
                .count();
        assertThat(job.run(planned, 3)).isEqualTo((int) (changed + bad));
        assertClean(job);
        assertThat(job.index()).hasSize(CLIPS).extracting(ClipRow::clip).doesNotHaveDuplicates();
        try (JobFolder opened = job.open()) {
            assertThat(planned)
                    .allSatisfy(clip -> assertThat(opened.known().of(clip))
                            .isEqualTo(
                                    SampleJob.isUnusable(clip)
                                            ? KnownClips.Standing.FAILED
                                            : KnownClips.Standing.DONE));
        }
        SampleJob fresh = job(scheme, "fresh");
        fresh.run(planned, 50);
        assertThat(state(job)).isEqualTo(state(fresh));
    }

    /** A job has finished with its first clips; a continuing job is killed at {@link KillPoints} and then run again. */
    @FullBuild("kills a driver some dozen times")
    @ParameterizedTest
    @ValueSource(strings = {"hdfs", "s3a"})
    void whereverADriverIsKilledTheNextEndsWithTheSameBytes(String scheme) throws IOException {
        List<PlannedClip> planned = new ArrayList<>(SampleJob.clips(0, 6, "2"));
        planned.addAll(SampleJob.clips(6, 16, "1"));
        planned.addAll(SampleJob.clips(16, 20, "touched 1"));
        planned.addAll(SampleJob.clips(20, 30, "1"));
        SampleJob fresh = job(scheme, "fresh");
        fresh.run(planned, 50);
        String expected = state(fresh);
        SampleJob begun = job(scheme, "begun").once();
        begun.run(SampleJob.clips(0, 20, "1"), 20);
        int last = 0;
        KillPoints points = new KillPoints();
        for (int operation = 1; ; operation = points.after(operation)) {
            SampleJob job =
                    JobRepairTest.copy(begun, job(scheme, "job-" + operation).once());
            FaultyFileSystem.OPERATIONS.set(0);
            FaultyFileSystem.failing = operation;
            try {
                job.run(planned, 15);
                break;
            } catch (IOException e) {
                assertThat(e).hasStackTraceContaining(" fails: ");
                last = operation;
            } finally {
                FaultyFileSystem.failing = 0;
            }
            SampleJob next = new SampleJob(job.folder(), job.scratch(), job.configuration(), true, 1);
            next.run(planned, 20);
            assertThat(state(next)).as("killed at operation %d", operation).isEqualTo(expected);
            assertClean(next);
        }
        assertThat(last).as("the last operation at which it was killed").isGreaterThan(40);
    }

    /**
     * A driver's decision counts as a whole, no matter how much of it was carried out when the driver was killed: some
     * of its files may be in place and others not, but the manifest names either all of them or none. Files written by
     * executors that outlive their driver never count.
     */
    @FullBuild("kills a driver some dozen times")
    @ParameterizedTest
    @ValueSource(strings = {"hdfs", "s3a"})
    void aDecisionOfAKilledDriverCountsAsAWholeAndItsOrphansDecideNothing(String scheme) throws IOException {
        List<PlannedClip> orphaned = SampleJob.clips(9, 12, "1");
        boolean killed = true;
        int torn = 0;
        int all = 0;
        for (int operation = 1; killed; operation++) {
            SampleJob job = job(scheme, "job-" + operation).once();
            ShareTarget target;
            try (JobFolder driver = job.open()) {
                target = driver.target(SampleJob.KEPT);
                killed = isKilled(job, driver, target, operation);
            }
            job.write(target, 3, "9", orphaned);
            int shown = job.index().size();
            long moved = job.files().stream()
                    .filter(name -> name.matches("index/part-0000[012]\\.parquet"))
                    .count();
            try (JobFolder next = job.open()) {
                int known = next.known().size();
                assertThat(known).as("killed at operation %d", operation).isIn(0, 9);
                assertThat(shown).as("killed at operation %d", operation).isIn(0, known);
                torn += moved > 0 && shown < known ? 1 : 0;
                all += known == 9 ? 1 : 0;
                job.write(target, 3, "10", orphaned);
                next.complete(false, new RunRecord(List.of("sample")));
            }
            assertThat(job.index())
                    .hasSizeBetween(0, 9)
                    .noneMatch(row -> row.tokens().shard() == null && row.error() == null);
            assertThat(job.files()).noneMatch(name -> name.contains("00003"));
        }
        assertThat(all).isGreaterThan(3);
        assertThat(torn > 0).as("files were moved that did not count yet").isEqualTo(scheme.equals("hdfs"));
    }

    /** Commits three shares in one group, unless an operation fails. */
    private static boolean isKilled(SampleJob job, JobFolder driver, ShareTarget target, int operation)
            throws IOException {
        List<ShareResult> group = new ArrayList<>();
        for (int share = 0; share < 3; share++) {
            group.add(job.write(target, share, "9", SampleJob.clips(3 * share, 3 * share + 3, "1")));
        }
        FaultyFileSystem.OPERATIONS.set(0);
        FaultyFileSystem.failing = operation;
        try (ShareCommits commits = driver.commits()) {
            for (ShareResult share : group) {
                commits.add(share);
            }
            commits.finish();
            return false;
        } catch (IOException e) {
            assertThat(e).hasStackTraceContaining(" fails: ");
            return true;
        } finally {
            FaultyFileSystem.failing = 0;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"file", "hdfs", "s3a"})
    void oneDriverAtATime(String scheme) throws IOException {
        SampleJob job = job(scheme, "job");
        try (JobFolder opened = job.open()) {
            assertThatThrownBy(job::open)
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining(scheme.equals("file") ? "is writing to" : "the driver of job ")
                    .hasMessageContaining("wait until it is done");
            if (!scheme.equals("file")) {
                SampleJob breaking = new SampleJob(job.folder(), job.scratch(), job.configuration(), true, 1);
                breaking.run(SampleJob.clips(0, 3, "1"), 5);
                ShareCommits commits = opened.commits();
                commits.add(job.write(opened.target(SampleJob.KEPT), 7, "0", SampleJob.clips(3, 5, "1")));
                assertFails(commits::finish, "the lock was taken over or broken");
                assertThat(job.index()).hasSize(3);
            }
        }
        job.open().close();
    }

    @Test
    void anotherKeyIsRefusedWithBoth() throws IOException {
        SampleJob job = job("file", "job");
        job.open().close();
        assertThatThrownBy(() -> JobFolder.open(job.folder(), SampleJob.key("other"), false, job.configuration()))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("encoderHash: hash, asked for other", "choose another folder");
        // This version's manifest has the key's digest; another version would have replaced the manifest as well.
        Files.delete(temp.resolve("job/_manifest.json"));
        Files.writeString(temp.resolve("job/key.json"), "{\"format\":\"unmute-key-2\"}");
        assertFails(job::open, "this program reads unmute-key-1");
        Files.writeString(temp.resolve("job/key.json"), "{");
        assertFails(job::open, "key.json is not JSON");
    }

    @Test
    void whatOthersWroteIsLeftAlone() throws IOException {
        Path tokens = Files.createDirectories(temp.resolve("job/tokens"));
        Path shard = Files.writeString(tokens.resolve("shard-00000.tok"), "precious");
        assertFails(InputException.class, () -> job("file", "job").open(), "no key.json: another program filled it");
        assertThat(shard).hasContent("precious");
    }

    /** A commit planted by someone else cannot affect files outside the folder. */
    @Test
    void aCommitThatLeadsElsewhereIsRefused() throws IOException {
        SampleJob job = job("file", "job");
        job.run(SampleJob.clips(0, 3, "1"), 5);
        Path attempt = Files.createDirectories(temp.resolve("job/_attempts/0badc0de"));
        Path other = Files.writeString(temp.resolve("other"), "precious");
        Path commit = attempt.resolve("commit-000000.json");
        for (String path : List.of("../other", "tokens/../../other", "/other", "key.json", "tokens/.hidden")) {
            Files.writeString(commit, "{\"format\":\"unmute-commit-1\",\"files\":[],\"deleted\":[\"" + path + "\"]}");
            assertThatThrownBy(job::open)
                    .as(path)
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining(path);
        }
        assertThat(other).hasContent("precious");
        Files.write(commit, new PendingCommit(List.of(), List.of("tokens/gone.tok")).encode());
        job.open().close();
        assertThat(attempt).doesNotExist();
    }

    /** A job on an object store continues after its folder was copied to a disk, where files can be renamed. */
    @Test
    void aFolderWithManifestsKeepsThem() throws IOException {
        SampleJob store = job("s3a", "job");
        store.run(SampleJob.clips(0, 10, "1"), 4);
        Files.writeString(temp.resolve("job/tokens/shard-00099-0badc0de-3.tok"), "an attempt that lost");
        SampleJob disk = job("file", "job");
        disk.run(SampleJob.clips(0, 20, "1"), 4);
        SampleJob fresh = job("file", "fresh");
        fresh.run(SampleJob.clips(0, 20, "1"), 50);
        assertThat(state(disk)).isEqualTo(state(fresh));
        assertThat(temp.resolve("job/tokens/shard-00099-0badc0de-3.tok")).doesNotExist();
        try (TokenCache local = TokenCache.open(temp.resolve("job/tokens"))) {
            assertThat(local.verify()).isEmpty();
            assertThat(local.clips()).hasSize(18);
        }
    }

    /** If executors see the folder on disks of their own, commits fail with a message that says so. */
    @Test
    void whatATaskWroteElsewhereIsNoticed() throws IOException {
        SampleJob job = job("file", "job");
        try (JobFolder opened = job.open()) {
            ShareCommits commits = opened.commits();
            ShareResult share = job.write(opened.target(SampleJob.KEPT), 0, "0", SampleJob.clips(0, 3, "1"));
            Files.delete(job.root().resolve(share.files().getFirst().from()));
            commits.add(share);
            assertFails(commits::finish, "is gone, a task wrote", "a file system that driver and executors share");
        }
    }

    @Test
    void namesOfPartsAreTextsThatSparkReads() throws IOException {
        SampleJob job = job("file", "job");
        job.run(SampleJob.clips(0, 10, "1"), 4);
        try (JobFolder opened = job.open()) {
            assertThat(opened.index())
                    .hasSize(3)
                    .allMatch(name -> name.startsWith("file:" + temp + "/job/index/part-"));
            assertThat(opened.events()).hasSize(3);
        }
        byte[] head = Arrays.copyOf(Files.readAllBytes(temp.resolve("job/index/part-00000.parquet")), 4);
        assertThat(new String(head, StandardCharsets.US_ASCII)).isEqualTo("PAR1");
    }
}
