package org.unmute.models.weights;

import static org.unmute.files.MalformedFileException.quote;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.unmute.files.MalformedFileException;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.StoredTensor;
import org.unmute.tensor.io.StoredType;
import org.unmute.tensor.io.TensorFile;

/**
 * A memory-mapped PyTorch checkpoint: a zip archive as written by {@code torch.save}, or a legacy stream from before
 * torch 1.6. Opening a file reads the pickle and checks the position of every tensor; elements are read on request. The
 * pickle is treated as data: nothing is run, and a file that names functions which run code is rejected.
 *
 * <p>Tensors and values are named by their dotted path from the root: {@code model.blocks.0.norm1.weight} is the key
 * {@code blocks.0.norm1.weight} of the dictionary {@code model}, {@code optimizer.param_groups.0.lr} the key {@code lr}
 * of the first list element. A tensor shared by several names appears under each. If a checkpoint is a single tensor or
 * value, its name is {@code value}. Attributes of dictionaries, such as the {@code _metadata} of state dicts, are
 * omitted. Python attributes of a tensor and the state of a parameter are omitted too, but {@link #opaque()} lists them
 * as {@code NAME.<attributes>}; the tensor itself is read. An attribute that replaces the values of the tensor ({@code
 * data}, {@code real}, {@code imag}) makes the file unreadable, and a tensor of a Python subclass stays opaque.
 *
 * <p>{@link #metadata()} has strings, numbers, booleans, None and dtypes by dotted name: strings and whole numbers
 * unchanged, floats as formatted by {@link Double#toString(double)}, and {@code true}, {@code false} and {@code null}.
 */
public final class TorchFile extends TensorFile {
    private static final long GATHERED_BYTES = 1L << 24;

    private final Map<String, TensorView> tensors;

    private TorchFile(Path path, Arena arena, String container, Map<String, TensorView> tensors, TensorTree tree) {
        super(path, arena, container, tensors.keySet(), tree.values, tree.opaque);
        this.tensors = tensors;
    }

    /**
     * Opens a checkpoint with the {@linkplain TorchLimits#DEFAULT default limits}.
     *
     * @throws MalformedFileException if the file is not a PyTorch checkpoint, violates the format, or tries to run code
     * @throws IOException            if the file cannot be read
     */
    public static TorchFile open(Path path) throws IOException {
        return open(path, TorchLimits.DEFAULT);
    }

    /**
     * Opens a checkpoint.
     *
     * @throws MalformedFileException if the file is not a PyTorch checkpoint, violates the format, exceeds a limit, or
     *                                tries to run code
     * @throws IOException            if the file cannot be read
     */
    public static TorchFile open(Path path, TorchLimits limits) throws IOException {
        return inArena(arena -> read(path, map(path, arena), arena, limits));
    }

    private static TorchFile read(Path path, MemorySegment all, Arena arena, TorchLimits limits) throws IOException {
        FileKind kind = FileKind.of(path, all);
        return switch (kind) {
            case TORCH_ZIP, TORCH_LEGACY, PICKLED_MODULE ->
                all.get(ValueLayout.JAVA_BYTE, 0) == 'P'
                        ? zip(path, all, arena, limits)
                        : legacy(path, all, arena, limits);
            default ->
                throw new MalformedFileException(
                        path.toString(),
                        0,
                        "not-a-checkpoint",
                        "this is " + kind.description() + ", not a PyTorch checkpoint: " + kind.advice());
        };
    }

    private static TorchFile zip(Path path, MemorySegment all, Arena arena, TorchLimits limits) throws IOException {
        String file = path.toString();
        ZipRecords records = ZipRecords.of(file, all, limits);
        ZipRecords.Entry order = records.find("byteorder");
        if (order != null) {
            order.verify();
            byte[] little = "little".getBytes(StandardCharsets.US_ASCII);
            if (order.data.mismatch(MemorySegment.ofArray(little)) >= 0) {
                throw new MalformedFileException(
                        file,
                        order.start(),
                        "big-endian",
                        "the record byteorder is not 'little': load the file with torch on a little-endian machine and"
                                + " save it there");
            }
        }
        ZipRecords.Entry pickle = records.find("data.pkl");
        if (pickle == null) {
            throw new MalformedFileException(file, 0, "no-pickle", "the archive has no record data.pkl");
        }
        if (pickle.size > limits.pickleBytes()) {
            throw new MalformedFileException(
                    file,
                    pickle.start(),
                    "pickle-too-long",
                    "the pickle has " + pickle.size + " bytes; at most " + limits.pickleBytes());
        }
        pickle.verify();
        PickleInput in = new PickleInput(file, pickle.data, pickle.start());
        PickleObjects objects = new PickleObjects(in, false, limits);
        PickleNode root = new PickleMachine(in, objects, limits).read();
        if (in.remaining() != 0) {
            throw in.error("trailing-bytes", in.remaining() + " bytes after the pickle's STOP");
        }
        Map<String, ZipRecords.Entry> storages =
                HashMap.newHashMap(objects.storages().size());
        for (PickleNode.Storage s : objects.storages().values()) {
            ZipRecords.Entry record = records.find("data/" + s.key());
            long bytes = s.elements() * s.type().bytes();
            if (record == null || record.size != bytes) {
                throw new MalformedFileException(
                        file,
                        s.at(),
                        record == null ? "no-storage" : "storage-mismatch",
                        "storage " + quote(s.key()) + " of " + s.elements() + " elements ("
                                + s.type().name() + ", " + bytes + " bytes) has "
                                + (record == null ? "no record" : "a record of " + record.size + " bytes"));
            }
            storages.put(s.key(), record);
        }
        return finish(path, arena, "PyTorch, zip", root, objects.made(), limits, all.byteSize(), t -> {
            ZipRecords.Entry record = storages.get(t.storage().key());
            return TensorView.of(t, record.data, record);
        });
    }

    private static TorchFile legacy(Path path, MemorySegment all, Arena arena, TorchLimits limits) throws IOException {
        LegacyStream stream = LegacyStream.read(path.toString(), all, limits);
        return finish(
                path, arena, "PyTorch, legacy stream", stream.root(), stream.made(), limits, all.byteSize(), t -> {
                    MemorySegment storage = stream.storages().get(t.storage().key());
                    if (storage == null) {
                        throw new MalformedFileException(
                                path.toString(),
                                t.storage().at(),
                                "no-storage",
                                "storage " + quote(t.storage().key()) + " is not in the list of storages");
                    }
                    return TensorView.of(t, storage, null);
                });
    }

    /** Locates a tensor in its storage. */
    private interface Place {
        TensorView of(PickleNode.Tensor tensor) throws MalformedFileException;
    }

    private static TorchFile finish(
            Path path,
            Arena arena,
            String container,
            PickleNode root,
            long made,
            TorchLimits limits,
            long fileBytes,
            Place place)
            throws MalformedFileException {
        String file = path.toString();
        TensorTree tree = TensorTree.of(file, root, made, limits);
        int hidden = tree.opaque.stream().mapToInt(Opaque::tensors).sum();
        if (root instanceof PickleNode.Opaque || tree.tensors.isEmpty() && hidden > 0) {
            Opaque first = tree.opaque.stream()
                    .filter(o -> o.tensors() > 0)
                    .findFirst()
                    .orElse(tree.opaque.getFirst());
            if (tree.otherKinds > 0 && tree.otherKinds == hidden) {
                throw new MalformedFileException(
                        file,
                        0,
                        first.name(),
                        "unreadable-tensors",
                        "all " + hidden
                                + " tensors are of kinds that are not read (" + first.className()
                                + "; quantized, sparse, "
                                + "complex or without numbers): save them as dense float32");
            }
            throw new MalformedFileException(
                    file,
                    0,
                    "whole-module",
                    (root instanceof PickleNode.Opaque ? "the checkpoint" : quote(first.name()))
                            + " is an object of class " + first.className() + " with " + first.tensors()
                            + " tensors, and there are none outside of such objects: this is "
                            + FileKind.PICKLED_MODULE.description() + ": " + FileKind.PICKLED_MODULE.advice());
        }
        Map<PickleNode.Tensor, TensorView> views = new IdentityHashMap<>();
        Map<String, TensorView> tensors = LinkedHashMap.newLinkedHashMap(tree.tensors.size());
        for (Map.Entry<String, PickleNode.Tensor> e : tree.tensors.entrySet()) {
            TensorView view = views.get(e.getValue());
            if (view == null) {
                view = place.of(e.getValue());
                views.put(e.getValue(), view);
            }
            if (!view.isContiguous() && view.bytes() > fileBytes + GATHERED_BYTES) {
                throw new MalformedFileException(
                        file,
                        e.getValue().at(),
                        e.getKey(),
                        "expanded-view",
                        "a view that "
                                + "repeats its elements has " + view.bytes() + " bytes, more than the file: save "
                                + "tensor.contiguous()");
            }
            tensors.put(e.getKey(), view);
        }
        return new TorchFile(path, arena, container, tensors, tree);
    }

    @Override
    public Shape shape(String name) {
        return tensors.get(require(name)).shape();
    }

    @Override
    public StoredType type(String name) {
        return tensors.get(require(name)).type();
    }

    /**
     * A tensor in row-major order: a part of the mapped file if it is contiguous, otherwise a copy (for example of a
     * transposed view or of every other row). The checksum of its storage is verified first, once per storage.
     *
     * @throws MalformedFileException if the storage's bytes do not match the checksum in the archive
     * @throws java.util.NoSuchElementException if there is no tensor with this name
     */
    @Override
    public StoredTensor entry(String name) throws MalformedFileException {
        return tensors.get(require(name)).read(name);
    }

    /**
     * A copy of a floating-point tensor as float32; see {@link StoredTensor#floats()}.
     *
     * @throws MalformedFileException if the storage's bytes do not match the checksum in the archive
     * @throws java.util.NoSuchElementException if there is no tensor with this name
     */
    public float[] floats(String name) throws MalformedFileException {
        return entry(name).floats();
    }

    /**
     * Verifies the checksums of all storages of tensors that have not been read yet. Legacy streams have no checksums.
     *
     * @throws MalformedFileException if a checksum differs from the archive's
     */
    public void verify() throws MalformedFileException {
        for (TensorView view : tensors.values()) {
            view.verify();
        }
    }
}
