package org.unmute.probes.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import org.unmute.files.MalformedFileException;
import org.unmute.files.RegularFile;
import org.unmute.probes.pool.UnusableProbeException;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.io.SafetensorsFile;
import org.unmute.tensor.io.SafetensorsWriter;
import org.unmute.tensor.optim.Optimizer;

/**
 * The state of a run after an epoch: parameters and buffers, the optimizer's state and the losses so far, in one
 * safetensors file that is replaced atomically. Every random decision is a function of seed, epoch and step, so no
 * generator state is saved. The metadata describes the run; a checkpoint of another run is rejected.
 */
public final class TrainingCheckpoint {
    private static final String FORMAT = "format";
    private static final String VERSION = "unmute-checkpoint-2";
    private static final String WITHOUT_DIGEST = "unmute-checkpoint-1";
    private static final String ANEW = "delete it to start anew";
    private static final String PARAMETER = "parameter.";
    private static final String OPTIMIZER = "optimizer.";
    private static final String STEP = "step";
    private static final String LOSSES = "losses";
    private static final String HELD_OUT = "held_out";

    private final Path path;
    private final Map<String, String> run;
    private double[] heldOut = {};

    /**
     * @param path location of the file, which need not exist
     * @param run description of the run, by name
     */
    public TrainingCheckpoint(Path path, Map<String, String> run) {
        this.path = path;
        this.run = new LinkedHashMap<>(run);
    }

    /** Replaces the file with the state after an epoch. */
    public void save(Map<String, Tensor> parameters, Optimizer optimizer, double[] losses) throws IOException {
        save(parameters, optimizer, losses, new double[0]);
    }

    /** Replaces the file with the state after an epoch and the losses of clips that are held out. */
    void save(Map<String, Tensor> parameters, Optimizer optimizer, double[] losses, double[] heldOut)
            throws IOException {
        SafetensorsWriter out = new SafetensorsWriter().withDigest().metadata(FORMAT, VERSION);
        run.forEach(out::metadata);
        parameters.forEach((name, p) -> out.add(PARAMETER + name, p.shape(), p.toFloats()));
        optimizer.state().forEach((name, t) -> {
            if (t.dtype() == DType.I32) {
                out.add(OPTIMIZER + name, t.shape(), t.toInts());
            } else {
                out.add(OPTIMIZER + name, t.shape(), t.toFloats());
            }
        });
        out.add(LOSSES, Shape.of(losses.length), losses);
        if (heldOut.length > 0) {
            out.add(HELD_OUT, Shape.of(heldOut.length), heldOut);
        }
        out.write(path);
    }

    /**
     * Restores parameters and optimizer from the saved state, if there is one. Everything is checked first, including
     * the digest that files since version 2 have, so nothing changes on failure.
     *
     * @return the losses so far; none if there is no checkpoint
     * @throws IOException if it cannot be read, its bytes have changed since it was written, or it belongs to another
     *     run
     */
    public double[] restore(Map<String, Tensor> parameters, Optimizer optimizer) throws IOException {
        heldOut = new double[0];
        if (!RegularFile.exists(path)) {
            return new double[0];
        }
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            requireIntact(file);
            requireSameRun(file.metadata());
            Map<String, Tensor> saved = new LinkedHashMap<>();
            Map<String, Tensor> state = new LinkedHashMap<>();
            for (Map.Entry<String, Tensor> p : parameters.entrySet()) {
                Tensor t = read(file, PARAMETER + p.getKey(), p.getValue().backend());
                if (!t.shape().equals(p.getValue().shape())
                        || t.dtype() != p.getValue().dtype()) {
                    throw new IllegalArgumentException(
                            "parameter " + p.getKey() + " is " + t.dtype() + t.shape() + ", needed is "
                                    + p.getValue().dtype() + p.getValue().shape());
                }
                saved.put(p.getKey(), t);
            }
            Backend backend = parameters.values().iterator().next().backend();
            for (String name : file.names()) {
                if (name.startsWith(OPTIMIZER)) {
                    state.put(name.substring(OPTIMIZER.length()), read(file, name, backend));
                }
            }
            double[] losses = file.doubles(LOSSES);
            Tensor step = state.get(STEP);
            // A batch without a known target has a loss of NaN and takes no step.
            long taken =
                    Arrays.stream(losses).filter(loss -> !Double.isNaN(loss)).count();
            if (step != null && (step.shape().elements() != 1 || step.item() != taken)) {
                throw new IllegalArgumentException(taken + " losses for step " + Arrays.toString(step.toDoubles()));
            }
            optimizer.restore(state);
            parameters.forEach((name, p) -> p.assign(saved.get(name)));
            heldOut = file.has(HELD_OUT) ? file.doubles(HELD_OUT) : heldOut;
            return losses;
        } catch (MalformedFileException e) {
            throw e.advising(ANEW);
        } catch (IllegalArgumentException | NoSuchElementException e) {
            throw new UnusableProbeException("checkpoint " + path + ": " + e.getMessage() + ": " + ANEW, e);
        }
    }

    /** The losses of held-out clips that {@link #restore} read; none if there were none. */
    double[] heldOut() {
        return heldOut;
    }

    private void requireIntact(SafetensorsFile file) throws IOException {
        String found = file.metadata().get(FORMAT);
        if (!VERSION.equals(found) && !WITHOUT_DIGEST.equals(found)) {
            throw new UnusableProbeException("checkpoint " + path + " has the format " + found + ", not "
                    + WITHOUT_DIGEST + " or " + VERSION + ": " + ANEW);
        }
        if (VERSION.equals(found) || file.hasDigest()) {
            file.requireDigest();
        }
    }

    /**
     * Number of training steps before a checkpoint of any run; 0 if there is no such file.
     *
     * @throws IOException if it cannot be read
     */
    public static long steps(Path checkpoint) throws IOException {
        if (!RegularFile.exists(checkpoint)) {
            return 0;
        }
        try (SafetensorsFile file = SafetensorsFile.open(checkpoint)) {
            return file.has(LOSSES) ? file.shape(LOSSES).elements() : 0;
        } catch (MalformedFileException e) {
            throw e.advising(ANEW);
        }
    }

    private static Tensor read(SafetensorsFile file, String name, Backend backend) {
        long[] shape = file.shape(name).toArray();
        return file.entry(name).type().isFloating()
                ? Tensor.of(backend, file.floats(name), shape)
                : Tensor.of(backend, file.ints(name), shape);
    }

    private void requireSameRun(Map<String, String> saved) throws IOException {
        for (Map.Entry<String, String> e : run.entrySet()) {
            if (!e.getValue().equals(saved.get(e.getKey()))) {
                throw new UnusableProbeException(
                        "checkpoint " + path + " is of another run: " + e.getKey() + " is " + e.getValue()
                                + ", there it was " + saved.get(e.getKey())
                                + ": use the same settings, or " + ANEW);
            }
        }
    }
}
