package org.unmute.spark.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * An S3 API server, S3Proxy, in a separate JVM, on loopback. It keeps objects in memory: if it kept them as files, an
 * object whose name ends with '/' would also exist without the slash, and S3A would take folders for files.
 */
final class S3Server implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Pattern STARTED = Pattern.compile("Started \\S*ServerConnector@");
    private static final String IDENTITY = "identity";
    private static final String CREDENTIAL = "credential";

    private final ChildJvm jvm;
    private final String endpoint;

    private S3Server(ChildJvm jvm, String endpoint) {
        this.jvm = jvm;
        this.endpoint = endpoint;
    }

    /** Starts the server with its log in a folder, and creates empty buckets of these names. */
    static S3Server start(Path folder, String... buckets) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        String endpoint = "http://127.0.0.1:" + freePort();
        Path settings = folder.resolve("s3proxy.properties");
        Files.writeString(settings, """
                s3proxy.endpoint=%s
                s3proxy.authorization=none
                jclouds.provider=transient
                jclouds.identity=remote
                jclouds.credential=remote
                """.formatted(endpoint));
        ChildJvm jvm =
                ChildJvm.server("s3", folder, "org.gaul.s3proxy.Main", List.of("--properties", settings.toString()));
        try {
            jvm.await(STARTED, PATIENCE);
            for (String bucket : buckets) {
                make(endpoint + "/" + bucket);
            }
            return new S3Server(jvm, endpoint);
        } catch (Throwable e) {
            jvm.close();
            throw e;
        }
    }

    private static void make(String bucket) throws IOException, InterruptedException {
        HttpRequest put = HttpRequest.newBuilder(URI.create(bucket))
                .PUT(HttpRequest.BodyPublishers.noBody())
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            int status =
                    client.send(put, HttpResponse.BodyHandlers.discarding()).statusCode();
            if (status != 200) {
                throw new IOException("make the bucket " + bucket + ": status " + status);
            }
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Settings for Hadoop's S3A; in a job's settings, each name is prefixed with {@code spark.hadoop.}. */
    Map<String, String> settings() {
        return Map.of(
                "fs.s3a.endpoint",
                endpoint,
                "fs.s3a.endpoint.region",
                "us-east-1",
                "fs.s3a.path.style.access",
                "true",
                "fs.s3a.connection.ssl.enabled",
                "false",
                "fs.s3a.access.key",
                IDENTITY,
                "fs.s3a.secret.key",
                CREDENTIAL,
                // The server refuses the checksum that goes with a request for several.
                "fs.s3a.multiobjectdelete.enable",
                "false");
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
