package org.unmute.spark.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** An HDFS with one data node from Hadoop's mini-cluster, in a separate JVM, on loopback. */
final class HdfsServer implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Pattern STARTED = Pattern.compile("Started MiniDFSCluster -- namenode on port (\\d+)");

    private final ChildJvm jvm;
    private final int port;

    private HdfsServer(ChildJvm jvm, int port) {
        this.jvm = jvm;
        this.port = port;
    }

    /** Starts HDFS with its files in a folder. */
    static HdfsServer start(Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        ChildJvm jvm = ChildJvm.server(
                "hdfs",
                folder,
                "org.apache.hadoop.test.MiniDFSClusterManager",
                List.of(
                        "-datanodes",
                        "1",
                        "-format",
                        "-D",
                        "hdfs.minidfs.basedir=" + folder,
                        "-D",
                        "dfs.permissions.enabled=false"));
        try {
            return new HdfsServer(
                    jvm, Integer.parseInt(jvm.await(STARTED, PATIENCE).group(1)));
        } catch (Throwable e) {
            jvm.close();
            throw e;
        }
    }

    /** The URL of the name node, {@code hdfs://HOST:PORT}. */
    String url() {
        return "hdfs://localhost:" + port;
    }

    /**
     * Client settings. When a client closes a file and its last block is not complete yet, it asks again after 400 ms
     * by default; here a block takes only a few milliseconds.
     */
    Map<String, String> settings() {
        return Map.of("dfs.client.block.write.locateFollowingBlock.initial.delay.ms", "10");
    }

    /** The end of the log. */
    String shown() {
        return jvm.shown();
    }

    @Override
    public void close() {
        jvm.close();
    }
}
