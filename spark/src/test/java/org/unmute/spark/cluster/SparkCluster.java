package org.unmute.spark.cluster;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A standalone Spark cluster on this machine: a master and workers, each in a separate JVM, from Maven's jars,
 * started in the same way as by Spark's scripts. All listen on loopback, on ports chosen by the system, and end with
 * this JVM.
 */
final class SparkCluster implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Pattern MASTER = Pattern.compile("Starting Spark master at (spark://\\S+)");
    private static final Pattern REGISTERED = Pattern.compile("Successfully registered with master");
    private static final String DAEMON_MEMORY = "256m";
    /** Options of processes that compute nothing: optimizing their code costs more than it saves. */
    private static final String LIGHT = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1";
    /** As above, for a driver, which requires that code can be optimized. */
    private static final String DRIVER = "-XX:+UseSerialGC -XX:Tier4InvocationThreshold=100000"
            + " -XX:Tier4MinInvocationThreshold=20000 -XX:Tier4CompileThreshold=200000"
            + " -XX:Tier4BackEdgeThreshold=1000000";

    private static final String LOOPBACK = "127.0.0.1";
    private static final String LOGGING = """
            rootLogger.level = info
            rootLogger.appenderRef.stderr.ref = stderr
            appender.stderr.type = Console
            appender.stderr.name = stderr
            appender.stderr.target = SYSTEM_ERR
            appender.stderr.layout.type = PatternLayout
            appender.stderr.layout.pattern = %d{HH:mm:ss.SSS} %p %c{1}: %m%n%ex
            """;

    private final Path folder;
    private final Path home;
    private final ChildJvm master;
    private final List<ChildJvm> workers = new ArrayList<>();
    private final List<ChildJvm> drivers = new ArrayList<>();
    private final String url;

    private SparkCluster(Path folder) throws IOException, InterruptedException {
        this.folder = folder;
        home = Places.sparkHome();
        Files.createDirectories(folder.resolve("conf"));
        Files.writeString(folder.resolve("conf/log4j2.properties"), LOGGING);
        master = launch(
                "master",
                LOOPBACK,
                "org.apache.spark.deploy.master.Master",
                List.of("--host", LOOPBACK, "--port", "0", "--webui-port", "0"));
        url = master.await(MASTER, PATIENCE).group(1);
    }

    /**
     * Starts a cluster.
     *
     * @param folder folder for all files: logs, executors' working directories, scratch space
     * @param workers number of workers
     * @param cores cores of each worker
     * @param megabytes memory that each worker gives to executors
     */
    static SparkCluster start(Path folder, int workers, int cores, int megabytes)
            throws IOException, InterruptedException {
        SparkCluster cluster = new SparkCluster(folder);
        try {
            for (int i = 0; i < workers; i++) {
                String host = host(i);
                cluster.workers.add(cluster.launch(
                        "worker" + i,
                        host,
                        "org.apache.spark.deploy.worker.Worker",
                        List.of(
                                "--host",
                                host,
                                "--port",
                                "0",
                                "--webui-port",
                                "0",
                                "--cores",
                                String.valueOf(cores),
                                "--memory",
                                megabytes + "m",
                                "--work-dir",
                                folder.resolve("work" + i).toString(),
                                cluster.url)));
            }
            for (ChildJvm worker : cluster.workers) {
                worker.await(REGISTERED, PATIENCE);
            }
        } catch (Throwable e) {
            cluster.close();
            throw e;
        }
        return cluster;
    }

    /**
     * The address of a worker. Spark speculatively runs a second copy of a task only on another host, so each worker
     * has its own address if the system supports several loopback addresses.
     */
    private static String host(int worker) {
        String own = "127.0.0." + (worker + 1);
        try (ServerSocket _ = new ServerSocket(0, 1, InetAddress.getByName(own))) {
            return own;
        } catch (IOException e) {
            return LOOPBACK;
        }
    }

    /** The URL of the master, {@code spark://HOST:PORT}. */
    String url() {
        return url;
    }

    /**
     * Submits a job in client mode, as {@code spark-submit} does; the returned JVM is the driver.
     *
     * @param name name of the driver's log
     * @param settings settings of Spark, in addition to those that keep everything on loopback
     * @param application the class, followed by its arguments
     */
    ChildJvm submit(String name, Map<String, String> settings, List<String> application) throws IOException {
        return submit(name, settings, List.of(), application);
    }

    /**
     * Submits a job with options of {@code spark-submit} that are not settings.
     *
     * @param options such as {@code --driver-class-path} and its value
     */
    ChildJvm submit(String name, Map<String, String> settings, List<String> options, List<String> application)
            throws IOException {
        Map<String, String> all = new HashMap<>(Map.of(
                "spark.driver.host",
                LOOPBACK,
                "spark.driver.bindAddress",
                LOOPBACK,
                "spark.ui.enabled",
                "false",
                "spark.driver.memory",
                "768m",
                "spark.driver.extraJavaOptions",
                DRIVER,
                "spark.executor.memory",
                "768m"));
        all.putAll(settings);
        List<String> arguments = new ArrayList<>(List.of("--master", url));
        all.forEach((key, value) -> arguments.addAll(List.of("--conf", key + "=" + value)));
        arguments.addAll(options);
        arguments.addAll(List.of(
                "--class", application.getFirst(), Places.applicationJar().toString()));
        arguments.addAll(application.subList(1, application.size()));
        ChildJvm driver = launch(name, LOOPBACK, "org.apache.spark.deploy.SparkSubmit", arguments);
        drivers.add(driver);
        return driver;
    }

    /** The running executor JVMs of all jobs. */
    List<ProcessHandle> executors() {
        return workers.stream()
                .flatMap(ChildJvm::descendants)
                .filter(p -> p.info()
                        .arguments()
                        .map(a -> Arrays.asList(a).contains("org.apache.spark.executor.CoarseGrainedExecutorBackend"))
                        .orElse(false))
                .toList();
    }

    /** The ends of all logs, including those of executors. */
    String logs() throws IOException {
        StringBuilder text = new StringBuilder(master.shown());
        for (ChildJvm jvm : Stream.concat(workers.stream(), drivers.stream()).toList()) {
            text.append(jvm.shown());
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(f -> f.endsWith("stderr")).sorted().toList()) {
                text.append("\n--- ").append(folder.relativize(file)).append('\n');
                text.append(ChildJvm.end(Files.readString(file)));
            }
        }
        return text.toString();
    }

    /** Starts a Spark class, tethered, with the command that Spark's launcher prints. */
    private ChildJvm launch(String name, String host, String main, List<String> arguments) throws IOException {
        Map<String, String> environment = Map.of(
                "SPARK_HOME",
                home.toString(),
                "SPARK_CONF_DIR",
                folder.resolve("conf").toString(),
                "SPARK_SCALA_VERSION",
                "2.13",
                "SPARK_LOCAL_IP",
                host,
                "SPARK_LOCAL_DIRS",
                folder.resolve("scratch").toString(),
                "SPARK_DAEMON_MEMORY",
                DAEMON_MEMORY,
                "SPARK_DAEMON_JAVA_OPTS",
                LIGHT,
                "SPARK_NO_DAEMONIZE",
                "1");
        List<String> command = command(environment, main, arguments);
        int at = command.indexOf(main);
        return ChildJvm.start(
                name, folder, environment, command.subList(1, at), main, command.subList(at + 1, command.size()));
    }

    private List<String> command(Map<String, String> environment, String main, List<String> arguments)
            throws IOException {
        List<String> launcher = new ArrayList<>(List.of(
                ChildJvm.java(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                home.resolve("jars") + "/*",
                "org.apache.spark.launcher.Main",
                main));
        launcher.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(launcher).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().keySet().removeIf(key -> key.startsWith("SPARK_"));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        process.getInputStream().transferTo(printed);
        // A NUL and a newline, then words that are each terminated by NUL.
        String text = printed.toString(StandardCharsets.UTF_8);
        int begin = text.indexOf("\0\n");
        if (begin < 0) {
            throw new IOException("start " + main + ": Spark's launcher printed no command: " + text);
        }
        return List.of(text.substring(begin + 2).split("\0"));
    }

    @Override
    public void close() {
        drivers.forEach(ChildJvm::close);
        workers.forEach(ChildJvm::close);
        master.close();
    }
}
