package org.unmute.bench.gpu;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.unmute.bench.gpu.Event.Kind;
import org.unmute.bench.peer.MessageProcess;

/** A process that runs {@link StepWorker}: what breaks it, or hangs in it, does not reach the check. */
final class StepProcess extends MessageProcess {
    private static final String OPTIONS = "UNMUTE_JAVA_OPTS";
    /** Seconds that the start of the virtual machine may take, on a busy machine. */
    private static final double START_SECONDS = 60;

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

    /** How a process ended, and what was wrong if it was late or broke. */
    record Ending(End end, String problem) {
        /** Whether it was ended, or ended by itself, before it was done. */
        boolean isEarly() {
            return end == End.LATE || end == End.BROKEN;
        }
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
        super(start(command(before, work, properties, settings, folder, log), log), Event.START, log, true);
    }

    private static Process start(List<String> command, Path log) throws IOException {
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
    }

    private static List<String> command(
            List<String> before,
            StepWorker.Work work,
            Map<String, String> properties,
            Map<String, String> settings,
            Path folder,
            Path log) {
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
        return command;
    }

    /**
     * Hands over its events until it ends, or ends it.
     *
     * @param limit seconds that it may take
     * @param silence seconds that it may take from one event to the next
     * @param listener gets the events
     */
    Ending follow(double limit, double silence, Consumer<Event> listener) {
        long begun = System.nanoTime();
        boolean lost = false;
        double patience = Math.max(silence, START_SECONDS);
        while (true) {
            double left = limit - (System.nanoTime() - begun) / 1e9;
            Optional<String> told;
            try {
                told = next(Math.min(left, patience));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                close();
                return new Ending(End.BROKEN, "interrupted");
            }
            if (told == null) {
                close();
                return left <= patience
                        ? new Ending(End.LATE, "not done within " + Math.round(limit) + " s, ended")
                        : new Ending(End.BROKEN, "nothing heard for " + Math.round(patience) + " s, ended");
            }
            if (told.isEmpty()) {
                return lost ? new Ending(End.LOST, "") : new Ending(End.BROKEN, died());
            }
            patience = silence;
            Event event = Event.of(told.get());
            if (event.kind() == Kind.END) {
                return new Ending(End.DONE, "");
            }
            lost |= event.kind() == Kind.LOST;
            listener.accept(event);
        }
    }
}
