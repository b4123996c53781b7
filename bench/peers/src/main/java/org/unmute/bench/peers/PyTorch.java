package org.unmute.bench.peers;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.unmute.bench.peer.CaseFolder;
import org.unmute.bench.peer.Peer;
import org.unmute.bench.peer.PeerException;

/**
 * PyTorch's C++ library with MKL, through DJL. Matrix products are its own linear map; networks come as TorchScript,
 * which Debian's PyTorch writes from the case ({@code python/worker.py export}), beside a list of inputs and outputs.
 */
public final class PyTorch implements Peer {
    private final Engine engine;

    /** Sets the number of threads before the engine is loaded. */
    public PyTorch(int threads) {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(threads));
        System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
        System.setProperty("ENGINE_CACHE_DIR", System.getProperty("bench.natives"));
        engine = Engine.getEngine("PyTorch");
    }

    @Override
    public String describe() {
        return "PyTorch " + engine.getVersion() + " through DJL " + Engine.getDjlVersion() + ", MKL multiplies";
    }

    @Override
    public Call prepare(CaseFolder folder) throws Exception {
        if (folder.kind().equals("matmul")) {
            return new Product(folder);
        }
        if (!Files.exists(folder.file("model.pt"))) {
            throw new PeerException(
                    Files.exists(folder.file("model.pt.missing"))
                            ? Files.readString(folder.file("model.pt.missing")).strip()
                            : "no TorchScript was written for it");
        }
        return new Script(folder);
    }

    private abstract static class Held implements Call {
        final NDManager memory = NDManager.newBaseManager(Device.cpu(), "PyTorch");
        NDList results;

        final NDArray array(CaseFolder folder, String name) throws IOException {
            return memory.create(
                    folder.floats(name), new Shape(folder.shape(name).toArray()));
        }

        final void give(NDList fresh) {
            if (results != null) {
                results.close();
            }
            results = fresh;
        }

        static void write(CaseFolder folder, String name, NDArray value) throws IOException {
            org.unmute.tensor.Shape shape =
                    org.unmute.tensor.Shape.of(value.getShape().getShape());
            if (value.getDataType() == DataType.INT64) {
                try (NDArray narrow = value.toType(DataType.INT32, true)) {
                    folder.write(name, shape, narrow.toIntArray());
                }
            } else {
                folder.write(name, shape, value.toFloatArray());
            }
        }

        @Override
        public void close() {
            give(null);
            memory.close();
        }
    }

    private static final class Product extends Held {
        private final NDArray x;
        private final NDArray w;

        Product(CaseFolder folder) throws IOException {
            x = array(folder, "x");
            w = array(folder, "w");
        }

        @Override
        public void run() {
            give(Linear.linear(x, w));
        }

        @Override
        public void show(CaseFolder folder) throws IOException {
            write(folder, "y", results.singletonOrThrow());
        }
    }

    /** A TorchScript module; training steps compute their gradients inside the script. */
    private static final class Script extends Held {
        private final Model model = Model.newInstance("script", Device.cpu(), "PyTorch");
        private final Block block;
        private final NDList inputs = new NDList();
        private final List<String> outputs = new ArrayList<>();
        private final ParameterStore parameters = new ParameterStore(memory, false);
        private final boolean training;

        Script(CaseFolder folder) throws Exception {
            model.load(folder.file("").toAbsolutePath(), "model.pt");
            block = model.getBlock();
            training = folder.kind().endsWith("step");
            for (String line : Files.readAllLines(folder.file("model.pt.names"))) {
                String[] words = line.split(" ");
                if (words[0].equals("in")) {
                    inputs.add(array(folder, words[1]));
                } else {
                    outputs.add(words[1]);
                }
            }
        }

        @Override
        public void run() {
            give(block.forward(parameters, inputs, training));
        }

        @Override
        public void show(CaseFolder folder) throws IOException {
            for (int i = 0; i < outputs.size(); i++) {
                write(folder, outputs.get(i), results.get(i));
            }
        }

        @Override
        public void close() {
            super.close();
            model.close();
        }
    }
}
