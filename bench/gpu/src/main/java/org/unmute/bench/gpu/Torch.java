package org.unmute.bench.gpu;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.bench.gpu.rows.Case;
import org.unmute.bench.peer.LineProcess;
import org.unmute.bench.peer.PeerException;

/** A PyTorch process that does the same work ({@code torch/worker.py}). */
final class Torch extends LineProcess {
    private static final int TIMEOUT_SECONDS = 300;

    private final Path folder;

    /**
     * Starts the process.
     *
     * @param python the interpreter
     * @param script {@code worker.py}
     * @param device as PyTorch names it: {@code cuda:0}, {@code cpu}
     * @param folder for results; not emptied
     * @throws PeerException if there is no such interpreter, no PyTorch or no such device
     */
    Torch(String python, Path script, String device, Path folder) throws PeerException {
        super(
                List.of(python, script.toString(), device),
                Map.of(),
                "@check ",
                folder.resolve("torch.log"),
                TIMEOUT_SECONDS);
        this.folder = folder;
    }

    /** Prepares a case in eager mode and returns the results. */
    Map<String, float[]> prepare(Case c) throws PeerException {
        return read("eager", ask("prepare " + folder + " " + c.order(), "prepared"));
    }

    /** Compiles the prepared case, within some seconds, and returns its results. */
    Map<String, float[]> compile(double seconds) throws PeerException {
        return read("compiled", ask("compile " + folder, "compiled", seconds));
    }

    /** Nanoseconds of {@code count} runs. */
    long time(boolean compiled, int count) throws PeerException {
        return Long.parseLong(ask("time " + (compiled ? "compiled " : "eager ") + count, "timed"));
    }

    /** Releases the prepared case. */
    void release() throws PeerException {
        ask("release", "released");
    }

    private Map<String, float[]> read(String way, String names) throws PeerException {
        Map<String, float[]> results = new LinkedHashMap<>();
        for (String name : names.split(" ")) {
            try {
                ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(folder.resolve(way + "." + name)))
                        .order(ByteOrder.LITTLE_ENDIAN);
                float[] x = new float[bytes.remaining() / Float.BYTES];
                bytes.asFloatBuffer().get(x);
                results.put(name, x);
            } catch (IOException e) {
                throw new PeerException("its result " + name + " cannot be read: " + e.getMessage(), e);
            }
        }
        return results;
    }
}
