package org.unmute.bench.gpu;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.unmute.bench.gpu.Event.Kind;
import org.unmute.bench.peer.LineProcess;

/** A process that runs {@link StepWorker}: what breaks it, or hangs in it, does not reach the check. */
final class StepProcess implements AutoCloseable {
    private static final String OPTIONS = "UNMUTE_JAVA_OPTS";
    /** Seconds that the start of the virtual machine may take, on a busy machine. */
    private static final double START_SECONDS = 60;

    private final Process process;
    private final Path log;
    /** What it told; empty stands for the end of its output. */
    private final BlockingQueue<Optional<Event>> events = new LinkedBlockingQueue<>();

    /** How a process ended. */
    enum End {
        /** It did all that it was asked. */
        DONE,
        /** It saw that the device takes no more work from it, told so and ended. */
        LOST,
        /** It was not done within its time and was ended. */
        LATE,
        /** It ended before it was done, or nothing was heard from it and it was ended. */
        BROKEN
    }

    /**
     * Starts a process.
     *
     * @param before what comes before the Java command, such as a sanitizer
     * @param properties system properties beyond those of this process that begin with {@code unmute.}
     * @param settings of the work
     * @param folder for its temporary files
     * @param log what it prints is appended to this file
     */
    StepProcess(
            List<String> before,
            StepWorker.Work work,
            Map<String, String> properties,
            Map<String, String> settings,
            Path folder,
            Path log)
            throws IOException {
        this.log = log;
        List<String> command = new ArrayList<>(before);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"));
        command.add("-Djava.io.tmpdir=" + folder);
        command.add("-XX:ErrorFile=" + log.getParent().resolve("hs_err_%p.log"));
        System.getProperties().stringPropertyNames().stream()
                .filter(p -> p.startsWith("unmute.") && !properties.containsKey(p))
                .sorted()
                .forEach(p -> command.add("-D" + p + "=" + System.getProperty(p)));
        properties.forEach((name, value) -> command.add("-D" + name + "=" + value));
        String more = System.getenv().getOrDefault(OPTIONS, "").strip();
        if (!more.isEmpty()) {
            command.addAll(List.of(more.split("\\s+")));
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), StepWorker.class.getName(), work.name()));
        settings.forEach((name, value) -> command.add(name + "=" + value));
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        Thread.ofPlatform().daemon().start(this::listen);
    }

    private void listen() {
        try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8);
                Writer rest = Files.newBufferedWriter(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                Optional<Event> event = Event.parse(line);
                if (event.isPresent()) {
                    events.add(event);
                } else {
                    rest.write(line + "\n");
                    rest.flush();
                }
            }
        } catch (IOException e) {
            if (process.isAlive()) {
                throw new UncheckedIOException(e);
            }
        } finally {
            events.add(Optional.empty());
        }
    }

    /**
     * Hands over its events until it ends, or ends it.
     *
     * @param limit seconds that it may take
     * @param silence seconds that it may take from one event to the next
     * @param listener gets the events
     * @param problem gets what was wrong if the process was late or broke
     */
    End follow(double limit, double silence, Consumer<Event> listener, Consumer<String> problem) {
        long begun = System.nanoTime();
        boolean lost = false;
        double patience = Math.max(silence, START_SECONDS);
        while (true) {
            double left = limit - (System.nanoTime() - begun) / 1e9;
            Optional<Event> told;
            try {
                told = events.poll((long) (1000 * Math.max(0, Math.min(left, patience))), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                close();
                problem.accept("interrupted");
                return End.BROKEN;
            }
            if (told == null) {
                close();
                boolean late = left <= patience;
                problem.accept(
                        late
                                ? "not done within " + Math.round(limit) + " s, ended"
                                : "nothing heard for " + Math.round(patience) + " s, ended");
                return late ? End.LATE : End.BROKEN;
            }
            if (told.isEmpty()) {
                if (!lost) {
                    problem.accept(died());
                }
                return lost ? End.LOST : End.BROKEN;
            }
            patience = silence;
            Event event = told.get();
            if (event.kind() == Kind.END) {
                return End.DONE;
            }
            lost |= event.kind() == Kind.LOST;
            listener.accept(event);
        }
    }

    private String died() {
        try {
            process.waitFor(5, TimeUnit.SECONDS);
            String said = LineProcess.lastLines(log);
            return "its process ended" + (process.isAlive() ? "" : " with status " + process.exitValue())
                    + (said.isEmpty() ? "" : ": " + said);
        } catch (IOException e) {
            return "its process ended";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "its process ended";
        }
    }

    /** The exit status, once it has ended; -1 if it does not within some seconds. */
    int status() {
        try {
            return process.waitFor(20, TimeUnit.SECONDS) ? process.exitValue() : -1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return -1;
        }
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
