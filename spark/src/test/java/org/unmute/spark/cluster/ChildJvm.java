package org.unmute.spark.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A separate JVM that is tethered to this one, with its output in a file. */
final class ChildJvm implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(20);
    /** Number of log lines shown for a failure. */
    private static final int SHOWN = 60;

    private static final String LOGGING = """
            <configuration>
              <appender name="out" class="ch.qos.logback.core.ConsoleAppender">
                <encoder><pattern>%d{HH:mm:ss.SSS} %level %logger{0}: %msg%n</pattern></encoder>
              </appender>
              <root level="INFO"><appender-ref ref="out"/></root>
            </configuration>
            """;

    private final String name;
    private final Path log;
    private final Process process;

    private ChildJvm(String name, Path log, Process process) {
        this.name = name;
        this.log = log;
        this.process = process;
    }

    /**
     * Starts {@code java}.
     *
     * @param name name of the log, without extension
     * @param folder working directory, which also contains the log
     * @param environment variables added to this process's environment
     * @param options options of the JVM, including the class path
     * @param main main class
     * @param arguments arguments of the main class
     */
    static ChildJvm start(
            String name,
            Path folder,
            Map<String, String> environment,
            List<String> options,
            String main,
            List<String> arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(java());
        command.addAll(withTether(options));
        command.add(Tethered.class.getName());
        command.add(main);
        command.addAll(arguments);
        Files.createDirectories(folder);
        Path log = folder.resolve(name + ".log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().keySet().removeIf(key -> key.startsWith("SPARK_") || key.startsWith("HADOOP_"));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        return new ChildJvm(name, log, builder.start());
    }

    /**
     * Starts a server from the jars of the module {@code spark/servers}, with logging at level INFO.
     *
     * @param name name of the log, without extension
     * @param folder working directory
     * @param main main class
     * @param arguments arguments of the main class
     */
    static ChildJvm server(String name, Path folder, String main, List<String> arguments) throws IOException {
        Path logging = Files.createDirectories(folder).resolve("logback.xml");
        Files.writeString(logging, LOGGING);
        List<String> options = List.of(
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dlogback.configurationFile=" + logging,
                "-cp",
                Places.serverJars() + "/*");
        return start(name, folder, Map.of(), options, main, arguments);
    }

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** Returns the options with the folder of {@link Tethered} appended to their class path. */
    private static List<String> withTether(List<String> options) throws IOException {
        List<String> result = new ArrayList<>(options);
        int at = result.indexOf("-cp") + 1;
        if (at == 0) {
            throw new IllegalArgumentException("start a JVM: no -cp among its options: " + options);
        }
        result.set(at, result.get(at) + ":" + Places.classesOf(Tethered.class));
        return result;
    }

    /**
     * Waits until a line of the log matches and returns the match. Fails, showing the end of the log, if the JVM ends
     * first.
     */
    Matcher await(Pattern line, Duration patience) throws IOException, InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            boolean alive = process.isAlive(); // before the log is read, so that its last lines are seen
            Matcher m = line.matcher(log());
            if (m.find()) {
                return m;
            }
            if (!alive || System.nanoTime() > end) {
                throw new AssertionError(name
                        + (alive ? " did not say in " + patience + ": " : " ended before it said: ")
                        + line
                        + shown());
            }
            Thread.sleep(POLL);
        }
    }

    /** Waits until the JVM ends and returns its exit status. */
    int await(Duration patience) throws InterruptedException {
        if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError(name + " did not end in " + patience + shown());
        }
        return process.exitValue();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    /** All descendants of the process. */
    Stream<ProcessHandle> descendants() {
        return process.descendants();
    }

    /** Kills the JVM with {@code kill -9}. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** The log so far. */
    String log() {
        try {
            return Files.exists(log) ? Files.readString(log) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The end of the log, for a failure's message. */
    String shown() {
        return "\n--- " + name + " (" + (process.isAlive() ? "runs" : "exit status " + process.exitValue()) + ")\n"
                + end(log());
    }

    /** The last lines of a text. */
    static String end(String text) {
        List<String> lines = text.lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - SHOWN), lines.size()));
    }

    @Override
    public void close() {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
        process.onExit().join();
        children.forEach(child -> child.onExit().join());
    }
}
