package org.unmute.bench.gpu;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A PyTorch process that does the same work, controlled line by line ({@code torch/worker.py}). */
final class Torch implements AutoCloseable {
    private static final String MARK = "@check ";
    private static final String END = "@end";
    private static final int LOG_LINES = 2;
    private static final int TIMEOUT_SECONDS = 300;

    private final Process process;
    private final Writer orders;
    private final LinkedBlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final Path folder;
    private final Path log;
    private final String label;

    /** PyTorch is not available or failed; the message says why. */
    static final class TorchException extends Exception {
        private static final long serialVersionUID = 1;

        TorchException(String message) {
            super(message);
        }
    }

    /**
     * Starts the process.
     *
     * @param python the interpreter
     * @param script {@code worker.py}
     * @param device as PyTorch names it: {@code cuda:0}, {@code cpu}
     * @param folder for results; not emptied
     * @throws TorchException if there is no such interpreter, no PyTorch or no such device
     */
    Torch(String python, Path script, String device, Path folder) throws TorchException {
        this.folder = folder;
        log = folder.resolve("torch.log");
        try {
            process = new ProcessBuilder(python, script.toString(), device)
                    .redirectError(log.toFile())
                    .start();
        } catch (IOException e) {
            throw new TorchException(python + " does not start: " + e.getMessage());
        }
        orders = process.outputWriter(StandardCharsets.UTF_8);
        Thread.ofPlatform().daemon().start(this::listen);
        try {
            label = answer("ready");
        } catch (TorchException e) {
            close();
            throw e;
        }
    }

    private void listen() {
        try (BufferedReader in =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.startsWith(MARK)) {
                    answers.add(line.substring(MARK.length()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            answers.add(END);
        }
    }

    private String ask(String order, String expected) throws TorchException {
        try {
            orders.write(order + "\n");
            orders.flush();
        } catch (IOException e) {
            throw new TorchException("its process has ended" + said());
        }
        return answer(expected);
    }

    private String answer(String expected) throws TorchException {
        String line;
        try {
            line = answers.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new TorchException("interrupted");
        }
        if (line == null || line.equals(END)) {
            close();
            throw new TorchException(
                    line == null ? "no answer within " + TIMEOUT_SECONDS + " s" : "its process has ended" + said());
        }
        String[] words = line.split(" ", 2);
        String rest = words.length > 1 ? words[1] : "";
        if (!words[0].equals(expected)) {
            throw new TorchException(rest);
        }
        return rest;
    }

    private String said() {
        try {
            List<String> lines =
                    Files.readAllLines(log).stream().filter(l -> !l.isBlank()).toList();
            return lines.isEmpty()
                    ? ""
                    : ": " + String.join(" / ", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
        } catch (IOException e) {
            return "";
        }
    }

    /** Version and device. */
    String label() {
        return label;
    }

    /** Prepares a case in eager mode and returns the results. */
    Map<String, float[]> prepare(Case c) throws TorchException {
        String[] order = c.order().split(" ", 2);
        return read("eager", ask("prepare " + folder + " " + order[0] + " " + order[1], "prepared"));
    }

    /** Compiles the prepared case and returns its results. */
    Map<String, float[]> compile() throws TorchException {
        return read("compiled", ask("compile " + folder, "compiled"));
    }

    /** Nanoseconds of {@code count} runs. */
    long time(boolean compiled, int count) throws TorchException {
        return Long.parseLong(ask("time " + (compiled ? "compiled " : "eager ") + count, "timed"));
    }

    /** Releases the prepared case. */
    void release() throws TorchException {
        ask("release", "released");
    }

    private Map<String, float[]> read(String way, String names) throws TorchException {
        Map<String, float[]> results = new LinkedHashMap<>();
        for (String name : names.split(" ")) {
            try {
                ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(folder.resolve(way + "." + name)))
                        .order(ByteOrder.LITTLE_ENDIAN);
                float[] x = new float[bytes.remaining() / Float.BYTES];
                bytes.asFloatBuffer().get(x);
                results.put(name, x);
            } catch (IOException e) {
                throw new TorchException("its result " + name + " cannot be read: " + e.getMessage());
            }
        }
        return results;
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
