package org.unmute.bench.gpu;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.unmute.bench.peer.CaseFolder;

/**
 * The temporary folder of a check: logs, unpacked native code, PyTorch's results. It is removed when the check ends,
 * also by a signal; after a kill the step that was running removes it, and if that was killed, too, the next check
 * does.
 */
final class CheckFolder implements AutoCloseable {
    private static final Pattern NAME = Pattern.compile("gpu-check-(\\d+)-.*");

    private final Path path;
    private Thread hook;

    private CheckFolder(Path path) {
        this.path = path;
    }

    /** Makes a folder, and removes those of checks that are no longer running. */
    static CheckFolder create() throws IOException {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        try (Stream<Path> files = Files.list(temporary)) {
            files.filter(Files::isDirectory).filter(CheckFolder::isLeft).forEach(CheckFolder::removeIfPossible);
        }
        return new CheckFolder(Files.createTempDirectory(
                temporary, "gpu-check-" + ProcessHandle.current().pid() + "-"));
    }

    private static boolean isLeft(Path folder) {
        Matcher name = NAME.matcher(folder.getFileName().toString());
        return name.matches() && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty();
    }

    /** Says why a folder stays: it is another user's, or another process is just using or removing it. */
    static void removeIfPossible(Path folder) {
        try {
            CaseFolder.remove(folder);
        } catch (IOException | UncheckedIOException e) {
            System.err.println(folder + " stays: " + e.getMessage());
        }
    }

    Path path() {
        return path;
    }

    /** Runs code, and removes the folder, if a signal ends the check before it is closed. */
    void onInterrupt(Runnable body) {
        hook = new Thread(() -> {
            body.run();
            removeIfPossible(path);
        });
        Runtime.getRuntime().addShutdownHook(hook);
    }

    @Override
    public void close() {
        if (hook != null) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // A signal is ending the check: the hook removes the folder.
                return;
            }
        }
        removeIfPossible(path);
    }
}
