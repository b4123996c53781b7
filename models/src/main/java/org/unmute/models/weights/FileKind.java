package org.unmute.models.weights;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.unmute.tensor.io.TensorFile;

/**
 * The kind of a weights file, determined by its first bytes or, for a zip archive, by its entries, with advice on what
 * to do.
 */
public enum FileKind {
    /** Tensors in the safetensors format. */
    SAFETENSORS("a safetensors file", "read it as it is"),
    /** A zip archive written by {@code torch.save}. */
    TORCH_ZIP("a PyTorch checkpoint", "read it as it is"),
    /** The stream that {@code torch.save} wrote before torch 1.6. */
    TORCH_LEGACY("a PyTorch checkpoint from before torch 1.6", "read it as it is"),
    /** A checkpoint whose root is an object of a Python class. */
    PICKLED_MODULE(
            "a whole pickled model, which only its own Python classes can read",
            "load it in Python with those "
                    + "classes and save the state dict: torch.save(model.state_dict(), 'weights.pt')"),
    /** A scripted or traced model. */
    TORCHSCRIPT(
            "a TorchScript archive",
            "load it in Python with torch.jit.load and save the state dict: "
                    + "torch.save(model.state_dict(), 'weights.pt')"),
    /** TensorFlow's SavedModel. */
    SAVED_MODEL(
            "a TensorFlow SavedModel",
            "take the authors' PyTorch checkpoint, or save the variables in Python as safetensors"),
    /** The index or a data shard of a TensorFlow checkpoint. */
    TF_CHECKPOINT(
            "a part of a TensorFlow checkpoint",
            "take the authors' PyTorch checkpoint, or save the variables in Python as safetensors"),
    /** HDF5, which Keras writes as {@code .h5}. */
    HDF5(
            "an HDF5 file, such as Keras weights",
            "take the authors' PyTorch checkpoint, or save the weights in Python as safetensors"),
    /** Keras's own archive. */
    KERAS(
            "a Keras model archive",
            "take the authors' PyTorch checkpoint, or save the weights in Python as safetensors"),
    /** An ONNX graph. */
    ONNX(
            "an ONNX model",
            "'unmute convert' takes the weights out of it; or take the PyTorch checkpoint it was exported from"),
    /** MessagePack, which Flax writes. */
    FLAX_MSGPACK(
            "MessagePack, such as Flax weights",
            "take the authors' PyTorch checkpoint, or save the parameters in Python as safetensors"),
    /** A NumPy array. */
    NPY("a NumPy array", "give a checkpoint instead; an array alone is no model"),
    /** NumPy arrays in a zip archive. */
    NPZ("an archive of NumPy arrays", "save them in Python as safetensors"),
    /** The pointer file of git-lfs. */
    GIT_LFS("a git-lfs pointer, not the file itself", "run 'git lfs pull', or download the file from its page"),
    /** A web page saved in place of the file. */
    HTML(
            "a web page, not the file itself",
            "the download went to a page (log-in, error or preview): download the file from its raw link"),
    /** The index of a sharded safetensors model. */
    SAFETENSORS_INDEX(
            "the index of a safetensors model in several files",
            "join the files it lists into one in Python (safetensors.torch.load_file on each, then save_file)"),
    /** JSON of another kind. */
    JSON("a JSON file", "give the weights; this may be their configuration"),
    /** Readable text. */
    TEXT("a text file", "give the weights instead"),
    /** Compressed with gzip. */
    GZIP("a gzip file", "unpack it first (gunzip, or tar xzf)"),
    /** A tar archive. */
    TAR(
            "a tar archive",
            "unpack it first (tar xf); a checkpoint from before torch 0.1.10 must be loaded in Python and "
                    + "saved again"),
    /** A 7z archive. */
    SEVEN_ZIP("a 7z archive", "unpack it first"),
    /** A file compressed by another program: bzip2, xz, zstd or rar. */
    COMPRESSED("a compressed file", "unpack it first"),
    /** A zip archive of another kind. */
    ZIP("a zip archive, but none that torch wrote", "unpack it and give the checkpoint in it"),
    /** A truncated zip archive. */
    TRUNCATED_ZIP(
            "the beginning of a zip archive whose end is missing",
            "the download or copy was cut short: get the file again and compare its size"),
    /** A Python pickle outside of a checkpoint. */
    PICKLE("a plain Python pickle", "load it in Python and save its tensors: torch.save(state_dict, 'weights.pt')"),
    /** No bytes at all. */
    EMPTY("an empty file", "the download or copy failed: get the file again"),
    /** None of the above. */
    UNKNOWN("a file of unknown kind", "give a safetensors file or a PyTorch checkpoint (.pt, .pth, .ckpt)");

    private final String description;
    private final String advice;

    FileKind(String description, String advice) {
        this.description = description;
        this.advice = advice;
    }

    /** A description of the kind, with an article: {@code a git-lfs pointer, not the file itself}. */
    public String description() {
        return description;
    }

    /** Advice on how to proceed, as an imperative without a full stop. */
    public String advice() {
        return advice;
    }

    /**
     * Detects the kind of a file. Only features that distinguish the kinds are checked.
     *
     * @throws IOException if the file cannot be read
     */
    public static FileKind of(Path path) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            return of(path, TensorFile.map(path, arena));
        }
    }

    /**
     * Detects the kind of a file whose content is in memory or mapped.
     *
     * @param path    path of the file; only the name is used
     * @param content all of its bytes
     */
    public static FileKind of(Path path, MemorySegment content) {
        FileKind kind = new FileSignature(content).kind();
        // Data shards of a TensorFlow checkpoint have no signature.
        boolean shard = path.toString().matches(".*\\.data-\\d{5}-of-\\d{5}");
        return kind == UNKNOWN && shard ? TF_CHECKPOINT : kind;
    }
}
