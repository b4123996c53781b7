package org.unmute.spark.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.files.InputException;
import org.unmute.kernels.contract.FullBuild;

/** The right to commit to a folder on a file system whose lock files outlive the drivers that wrote them. */
@FullBuild("waits for leases to end")
class DriverLeaseTest {
    /** Lease of dead drivers, in seconds. */
    private static final int DEAD = 1;
    /** Lease of drivers that lose it, in seconds. */
    private static final int SHORT = 2;
    /** Lease of drivers that keep it, for which tests wait, in seconds. */
    private static final int WAITED = 4;
    /** Lease of drivers that keep it, in seconds: the machine may be slow. */
    private static final int LEASE = 12;

    @TempDir
    Path temp;

    private final List<String> told = new ArrayList<>();

    @BeforeEach
    @AfterEach
    void nothingFails() {
        FaultyFileSystem.failing = 0;
        InterruptedFileSystem.silent = false;
        InterruptedFileSystem.afterCommit = null;
    }

    private SampleJob job(String scheme) throws IOException {
        return job(scheme, LEASE);
    }

    private SampleJob job(String scheme, int lease) throws IOException {
        Files.createDirectories(temp.resolve("scratch"));
        return new SampleJob(
                scheme + "://x" + temp.resolve("job"),
                temp.resolve("scratch"),
                InterruptedFileSystem.configuration(lease),
                false,
                1);
    }

    private JobFolder open(SampleJob job) throws IOException {
        return job.open(told::add);
    }

    private SampleJob breaking(SampleJob job) {
        return new SampleJob(job.folder(), job.scratch(), job.configuration(), true, 1);
    }

    /** Writes the lock that a killed driver leaves behind. */
    private void kill(SampleJob job, String lock) throws IOException {
        Path folder = Files.createDirectories(job.root());
        Files.writeString(folder.resolve("_lock.json"), lock);
    }

    private static String lock(String id, int seconds) {
        return "{\"job\":\"" + id + "\",\"user\":\"u\",\"host\":\"h\",\"process\":1,\"since\":\"then\",\"lease\":"
                + seconds + "}";
    }

    private static void assertNoLock(SampleJob job) throws IOException {
        assertThat(job.files()).noneMatch(name -> name.startsWith("_lock"));
    }

    private static void commit(SampleJob job, JobFolder folder, int number) throws IOException {
        try (ShareCommits commits = folder.commits()) {
            commits.add(
                    job.write(folder.target(SampleJob.KEPT), number, "0", SampleJob.clips(number, number + 2, "1")));
            commits.finish();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hdfs", "s3a"})
    void aKilledDriverIsSucceededWhenItsLeaseIsOver(String scheme) throws IOException {
        SampleJob job = job(scheme);
        kill(job, lock("deadbeef", DEAD));
        Files.writeString(job.root().resolve("_lock-deadbeef-beat.json"), "{\"beat\":7}");
        long began = System.nanoTime();
        try (JobFolder folder = open(job)) {
            assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(DEAD * 1_000_000_000L);
            assertThat(told).hasSize(2);
            assertThat(told.getFirst()).contains("driver of job deadbeef", "waiting for a sign of life");
            assertThat(told.getLast()).contains("gave no sign of life for " + DEAD + " s");
            commit(job, folder, 0);
        }
        assertThat(job.index()).hasSize(2);
        assertNoLock(job);
        job.run(SampleJob.clips(0, 5, "1"), 2);
        assertNoLock(job);
    }

    /** A successor that was killed is also found through the chain. */
    @Test
    void aSuccessorThatWasKilledIsSucceeded() throws IOException {
        SampleJob job = job("hdfs");
        kill(job, lock("deadbeef", 1));
        Files.writeString(job.root().resolve("_lock-deadbeef-next.json"), lock("0ddba11", 1));
        try (JobFolder folder = open(job)) {
            assertThat(told.getFirst()).contains("driver of job 0ddba11");
            commit(job, folder, 0);
        }
        assertNoLock(job);
    }

    @ParameterizedTest
    @ValueSource(strings = {"hdfs", "s3a"})
    void aDriverThatIsAliveIsNotSucceeded(String scheme) throws IOException {
        SampleJob job = job(scheme);
        try (JobFolder folder = open(job)) {
            long began = System.nanoTime();
            assertFails(InputException.class, () -> open(job), "the driver of job ", "wait until it is done");
            assertThat(System.nanoTime() - began).isLessThan(LEASE * 1_000_000_000L);
            commit(job, folder, 0);
        }
        assertNoLock(job);
    }

    @ParameterizedTest
    @ValueSource(strings = {"hdfs", "s3a"})
    void ofManySuccessorsThereIsOne(String scheme) throws Exception {
        SampleJob job = job(scheme);
        kill(job, lock("deadbeef", 1));
        int drivers = 12;
        CountDownLatch done = new CountDownLatch(1);
        List<Future<Boolean>> running = new ArrayList<>();
        int winners = 0;
        try (ExecutorService threads = Executors.newFixedThreadPool(drivers)) {
            for (int i = 0; i < drivers; i++) {
                running.add(threads.submit(() -> {
                    try (JobFolder folder = job.open()) {
                        commit(job, folder, 0);
                        done.await();
                        return true;
                    }
                }));
            }
            int refused = 0;
            while (refused < drivers - 1) {
                refused = (int) running.stream().filter(Future::isDone).count();
                assertThat(refused).isLessThan(drivers);
                Thread.sleep(20);
            }
            done.countDown();
            for (Future<Boolean> each : running) {
                try {
                    winners += each.get() ? 1 : 0;
                } catch (ExecutionException e) {
                    assertThat(e.getCause())
                            .isInstanceOf(InputException.class)
                            .hasMessageContaining("wait until it is done");
                }
            }
        }
        assertThat(winners).isEqualTo(1);
        assertThat(job.index()).hasSize(2);
        assertNoLock(job);
    }

    @ParameterizedTest
    @ValueSource(strings = {"hdfs", "s3a"})
    void aDriverThatWasSucceededCommitsNothingMore(String scheme) throws IOException {
        SampleJob job = job(scheme);
        try (JobFolder first = open(job(scheme, SHORT))) {
            InterruptedFileSystem.silent = true;
            try (JobFolder second = open(job)) {
                InterruptedFileSystem.silent = false;
                assertFails(() -> commit(job, first, 0), "nothing was committed");
                assertFails(() -> first.complete(false, null), "nothing was committed");
                commit(job, second, 4);
            }
            assertNoLock(job);
            try (JobFolder third = open(job)) {
                assertFails(() -> commit(job, first, 0), "nothing was committed");
                Closeable succeeded = first;
                succeeded.close(); // does not release another driver's lock
                commit(job, third, 6);
            }
        }
        assertThat(job.index()).hasSize(4);
    }

    /** No driver has succeeded it, but one may be about to. */
    @Test
    void aDriverThatCouldNotShowThatItIsAliveStops() throws Exception {
        SampleJob job = job("hdfs", SHORT);
        try (JobFolder folder = open(job)) {
            InterruptedFileSystem.silent = true;
            Thread.sleep(SHORT * 1000);
            InterruptedFileSystem.silent = false;
            Thread.sleep(SHORT * 250);
            assertFails(() -> commit(job, folder, 0), "could not show for", "the network is down");
        }
        try (JobFolder next = open(job("hdfs"))) {
            commit(job, next, 0);
        }
        assertThat(job.index()).hasSize(2);
        assertNoLock(job);
    }

    @Test
    void aFaultThatIsShorterThanTheLeaseIsNoMatter() throws Exception {
        SampleJob job = job("s3a", WAITED);
        try (JobFolder folder = open(job)) {
            for (int i = 0; i < 3; i++) {
                InterruptedFileSystem.silent = true;
                Thread.sleep(WAITED * 150);
                InterruptedFileSystem.silent = false;
                Thread.sleep(WAITED * 150);
            }
            commit(job, folder, 0);
        }
        assertThat(job.index()).hasSize(2);
    }

    /**
     * The lease was taken over while a commit was being written: the new holder must not find a commit whose files are
     * gone.
     */
    @ParameterizedTest
    @ValueSource(strings = {"hdfs", "s3a"})
    void aCommitThatWasOvertakenIsWithdrawn(String scheme) throws IOException {
        SampleJob job = job(scheme);
        List<JobLock> others = new ArrayList<>();
        job.run(SampleJob.clips(10, 12, "1"), 2);
        try (JobFolder first = open(job)) {
            InterruptedFileSystem.afterCommit = () -> {
                try {
                    others.add(JobLock.acquire(JobStore.of(job.folder(), job.configuration()), "other", true, _ -> {}));
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            };
            assertFails(() -> commit(job, first, 0), "was taken over or broken");
            assertThat(job.files()).noneMatch(name -> name.contains("commit-"));
            assertThat(job.index()).hasSize(2);
        }
        breaking(job).run(SampleJob.clips(0, 5, "1"), 2);
        others.getFirst().close(); // otherwise, it would write signs of life to a folder that is being deleted
        assertThat(job.index()).hasSize(7);
    }

    @Test
    void aDriverOfAnEarlierVersionIsNotSucceededByItself() throws IOException {
        SampleJob job = job("hdfs");
        kill(job, "{\"job\":\"0badc0de\",\"user\":\"u\",\"host\":\"h\",\"process\":1,\"since\":\"then\"}");
        assertFails(InputException.class, () -> open(job), "the driver of job 0badc0de", "--break-lock");
        assertThat(told).isEmpty();
        breaking(job).run(SampleJob.clips(0, 3, "1"), 2);
        assertThat(job.index()).hasSize(3);
        assertNoLock(job);
    }

    @Test
    void aLockThatWasNeverFinishedIsOneOfADeadDriver() throws IOException {
        SampleJob job = job("hdfs", WAITED);
        kill(job, "");
        try (JobFolder folder = open(job)) {
            commit(job, folder, 0);
        }
        assertNoLock(job);
    }

    @Test
    void whatOthersWriteIntoALockDoesNoHarm() throws IOException {
        SampleJob job = job("hdfs", WAITED);
        kill(job, lock("../../x", 1));
        SampleJob unusable = new SampleJob(job.folder(), job.scratch(), configuration(0), false, 1);
        assertFails(() -> unusable.open(told::add), "unmute.lease.seconds is 0: it must be from 1 to 3600");
        try (JobFolder folder = open(job)) {
            commit(job, folder, 0);
        }
        assertThat(temp.resolve("x")).doesNotExist();
        assertNoLock(job);
    }

    private static org.apache.hadoop.conf.Configuration configuration(int seconds) {
        return InterruptedFileSystem.configuration(seconds);
    }
}
