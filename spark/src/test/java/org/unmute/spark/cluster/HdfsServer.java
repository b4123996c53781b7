package org.unmute.spark.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** HDFS of one data node in a JVM of its own, of Hadoop's own mini-cluster, on loopback. */
final class HdfsServer implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Pattern STARTED = Pattern.compile("Started MiniDFSCluster -- namenode on port (\\d+)");

    private final ChildJvm jvm;
    private final int port;

    private HdfsServer(ChildJvm jvm, int port) {
        this.jvm = jvm;
        this.port = port;
    }

    /** Starts it with its files in a folder. */
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

    /** {@code hdfs://HOST:PORT}. */
    String url() {
        return "hdfs://localhost:" + port;
    }

    /**
     * Settings of clients. One that closes a file asks whether its block is complete, and if it is not, again in 400
     * ms, by default; here blocks take a few.
     */
    Map<String, String> settings() {
        return Map.of("dfs.client.block.write.locateFollowingBlock.initial.delay.ms", "10");
    }

    /** The end of its log. */
    String shown() {
        return jvm.shown();
    }

    @Override
    public void close() {
        jvm.close();
    }
}
