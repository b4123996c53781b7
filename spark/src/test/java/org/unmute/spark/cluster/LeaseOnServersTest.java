package org.unmute.spark.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.data.provenance.RunRecord;
import org.unmute.files.InputException;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.spark.input.Digests;
import org.unmute.spark.layout.JobFolder;
import org.unmute.spark.layout.JobKey;

/** A driver's lease on a real HDFS. {@code DriverLeaseTest} covers S3 with a stand-in. */
@FullBuild("starts HDFS")
class LeaseOnServersTest {
    private static final JobKey KEY =
            new JobKey(new TreeMap<>(Map.of("dtype", "F16")), "sample", "front end", List.of());
    private static final int LEASE = 36; // a sign of life every 3 s, for which other drivers wait
    private static final int DEAD = 3;
    private static final int DRIVERS = 6;

    @TempDir
    static Path temp;

    @Test
    void onHdfs() throws Exception {
        try (HdfsServer hdfs = HdfsServer.start(temp.resolve("hdfs"))) {
            check(hdfs.url() + "/job", hdfs.settings());
        }
    }

    private static void check(String folder, Map<String, String> settings) throws Exception {
        Configuration configuration = new Configuration();
        settings.forEach(configuration::set);
        configuration.setInt("unmute.lease.seconds", LEASE);
        List<String> told = new ArrayList<>();
        try (JobFolder first = open(folder, configuration, told)) {
            assertFails(InputException.class, () -> open(folder, configuration, told), "wait until it is done");
            first.complete(false, new RunRecord(List.of("test")));
        }
        assertThat(told).hasSize(1);
        assertThat(locks(folder, configuration)).isEmpty();
        write(folder + "/_lock.json", configuration, "{\"job\":\"deadbeef\",\"lease\":" + DEAD + "}");
        write(folder + "/_lock-deadbeef-beat.json", configuration, "{\"beat\":3}");
        assertThat(winners(folder, configuration)).isEqualTo(1);
        assertThat(locks(folder, configuration)).isEmpty();
    }

    private static JobFolder open(String folder, Configuration configuration, List<String> told) throws IOException {
        return JobFolder.open(folder, KEY, false, configuration, false, Digests.here(configuration), told::add);
    }

    /** How many of several drivers that wait for a dead driver's lease to end get the folder. */
    private static int winners(String folder, Configuration configuration) throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        List<Future<Void>> running = new ArrayList<>();
        int winners = 0;
        try (ExecutorService threads = Executors.newFixedThreadPool(DRIVERS)) {
            for (int i = 0; i < DRIVERS; i++) {
                running.add(threads.submit(() -> {
                    try (JobFolder opened = open(folder, configuration, new ArrayList<>())) {
                        done.await();
                        opened.complete(false, new RunRecord(List.of("test")));
                        return null;
                    }
                }));
            }
            while (running.stream().filter(Future::isDone).count() < DRIVERS - 1) {
                Thread.sleep(20);
            }
            done.countDown();
            for (Future<Void> each : running) {
                try {
                    each.get();
                    winners++;
                } catch (ExecutionException e) {
                    assertThat(e.getCause())
                            .isInstanceOf(InputException.class)
                            .hasMessageContaining("wait until it is done");
                }
            }
        }
        return winners;
    }

    private static void write(String file, Configuration configuration, String text) throws IOException {
        FileSystem files = FileSystem.get(URI.create(file), configuration);
        try (OutputStream out = files.create(new org.apache.hadoop.fs.Path(file), true)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static List<String> locks(String folder, Configuration configuration) throws IOException {
        List<String> names = new ArrayList<>();
        FileSystem files = FileSystem.get(URI.create(folder), configuration);
        for (FileStatus status : files.listStatus(new org.apache.hadoop.fs.Path(folder))) {
            if (status.getPath().getName().startsWith("_lock")) {
                names.add(status.getPath().getName());
            }
        }
        return names;
    }
}
