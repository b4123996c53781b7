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

/** A JVM of its own, tethered to this one, whose output goes to a file. */
final class ChildJvm implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(20);
    /** Lines of a log that a failure shows. */
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
     * @param name of its log, without an ending
     * @param folder working directory, in which the log lies
     * @param environment added to this process's
     * @param options of the JVM, class path included
     * @param main class
     * @param arguments of that class
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
     * Starts a server from the jars of the module {@code spark/servers}, with what it logs at level INFO.
     *
     * @param name of its log, without an ending
     * @param folder working directory
     * @param main class
     * @param arguments of that class
     */
    static ChildJvm server(String name, Path folder, String main, List<String> arguments) throws IOException {
        Path logging = Files.createDirectories(folder).resolve("logback.xml");
        Files.writeString(logging, LOGGING);
        List<String> options = List.of(
                "-Xmx512m",
                "-XX:+UseSerialGC",
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

    /** The options with the folder of {@link Tethered} at the end of their class path. */
    private static List<String> withTether(List<String> options) throws IOException {
        List<String> result = new ArrayList<>(options);
        int at = result.indexOf("-cp") + 1;
        if (at == 0) {
            throw new IllegalArgumentException("start a JVM: no -cp among its options: " + options);
        }
        result.set(at, result.get(at) + ":" + Places.classesOf(Tethered.class));
        return result;
    }

    /** Waits until a line of the log matches and returns the match; fails, with the log's end, where the JVM ends. */
    Matcher await(Pattern line, Duration patience) throws IOException, InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            boolean alive = process.isAlive(); // before the log is read, so that its last words count
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

    /** Waits until it ends and returns its exit status. */
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

    /** Processes that it started, and theirs. */
    Stream<ProcessHandle> descendants() {
        return process.descendants();
    }

    /** {@code kill -9}. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** All that it has written. */
    String log() {
        try {
            return Files.exists(log) ? Files.readString(log) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The end of its log, for a failure's message. */
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
