package org.unmute.fuzz;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.unmute.files.InputException;
import org.unmute.fuzz.format.FuzzTarget;

/**
 * Checks the behaviour of a reader: it may accept an input, or refuse it with a documented exception whose message
 * names the file, within bounded time and memory. Any other throwable is a finding and is passed on unchanged.
 */
public final class Bounds implements AutoCloseable {
    /** Max heap bytes allocated for one input, whatever its headers say. */
    public static final long MAX_ALLOCATED = 64L << 20;

    /** Max CPU time for one input, in nanoseconds. */
    public static final long MAX_NANOS = 2_000_000_000L;

    /** Max length of a message; a longer one must contain parts of the file. */
    public static final int MAX_MESSAGE = 4_000;

    private static final int QUOTED = 400;

    private static final ThreadMXBean THREAD = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final Path folder;

    /** Thrown for a reader that exceeded a bound, or whose refusal does not name the file. */
    public static final class ExceededError extends AssertionError {
        private static final long serialVersionUID = 1L;

        private ExceededError(String message) {
            super(message);
        }
    }

    /**
     * @param folder folder for the files of readers that open one; created here, and removed by {@link #close()}
     * @throws IOException if it cannot be created
     */
    public Bounds(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder);
    }

    /**
     * Reads an input with each reader of a target.
     *
     * @param bytes the input from the fuzzer, before {@link FuzzTarget#repair()}; not modified
     * @return whether a reader accepted it
     * @throws ExceededError if a reader exceeded a bound
     * @throws IOException if the file could not be written
     */
    public boolean check(FuzzTarget target, byte[] bytes) throws IOException {
        byte[] repaired = target.repair().apply(bytes.clone());
        boolean accepted = false;
        for (FuzzTarget.Reader reader : target.readers()) {
            accepted |= check(target, reader, repaired);
        }
        return accepted;
    }

    private boolean check(FuzzTarget target, FuzzTarget.Reader reader, byte[] bytes) throws IOException {
        FuzzTarget.Input input = input(target, bytes);
        long begun = System.nanoTime();
        long allocated = THREAD.getCurrentThreadAllocatedBytes();
        boolean accepted = accepts(target, reader, input);
        allocated = THREAD.getCurrentThreadAllocatedBytes() - allocated;
        if (allocated > MAX_ALLOCATED || System.nanoTime() - begun > MAX_NANOS) {
            // The machine may have been busy, or classes had to be loaded: a bound has to be exceeded twice.
            checkAgain(target, reader, input(target, bytes));
        }
        return accepted;
    }

    private static void checkAgain(FuzzTarget target, FuzzTarget.Reader reader, FuzzTarget.Input input) {
        long allocated = THREAD.getCurrentThreadAllocatedBytes();
        long cpu = THREAD.getCurrentThreadCpuTime();
        accepts(target, reader, input);
        cpu = THREAD.getCurrentThreadCpuTime() - cpu;
        allocated = THREAD.getCurrentThreadAllocatedBytes() - allocated;
        String of = " for an input of " + input.bytes().length + " bytes; at most ";
        if (allocated > MAX_ALLOCATED) {
            throw new ExceededError(target.name() + ": " + allocated + " bytes allocated" + of + MAX_ALLOCATED);
        }
        if (cpu > MAX_NANOS) {
            throw new ExceededError(target.name() + ": " + cpu / 1_000_000 + " ms" + of + MAX_NANOS / 1_000_000);
        }
    }

    /** Writes the input to a new file, alone in its folder: the previous file may still be mapped. */
    private FuzzTarget.Input input(FuzzTarget target, byte[] bytes) throws IOException {
        Path own = folder.resolve(target.name());
        Path file = own.resolve(target.fileName());
        if (target.onDisk()) {
            Files.createDirectories(own);
            try (DirectoryStream<Path> before = Files.newDirectoryStream(own)) {
                for (Path old : before) {
                    Files.delete(old);
                }
            }
            Files.write(file, bytes);
        }
        return new FuzzTarget.Input(bytes, file);
    }

    private static boolean accepts(FuzzTarget target, FuzzTarget.Reader reader, FuzzTarget.Input input) {
        try {
            reader.read(input);
            return true;
        } catch (IOException | InputException e) {
            requireMessage(target, input, e);
            return false;
        }
    }

    private static void requireMessage(FuzzTarget target, FuzzTarget.Input input, Exception refusal) {
        String message = refusal.getMessage();
        String problem = null;
        if (message == null
                || !message.contains(target.fileName())
                        && !message.contains(input.file().getParent().toString())) {
            problem = "refused by a message that does not name the file " + target.fileName();
        } else if (message.length() > MAX_MESSAGE) {
            problem = "refused by a message of " + message.length() + " characters; at most " + MAX_MESSAGE;
        }
        if (problem != null) {
            String start = message == null ? "" : message.substring(0, Math.min(QUOTED, message.length()));
            ExceededError exceeded = new ExceededError(
                    target.name() + ": " + problem + ": " + refusal.getClass().getName() + ": " + start);
            // Findings are distinguished by their stack traces.
            exceeded.setStackTrace(refusal.getStackTrace());
            throw exceeded;
        }
    }

    /** Removes the folder. */
    @Override
    public void close() throws IOException {
        remove(folder);
    }

    /** Removes a folder and its contents, if it exists. */
    static void remove(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        List<Path> all;
        try (Stream<Path> walked = Files.walk(folder)) {
            all = walked.sorted(Comparator.reverseOrder()).toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        for (Path file : all) {
            Files.deleteIfExists(file);
        }
    }
}
