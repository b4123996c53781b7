package org.unmute.models.weights;

import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.unmute.files.LittleEndian;
import org.unmute.files.MalformedFileException;
import org.unmute.models.weights.PickleNode.Mapping;
import org.unmute.models.weights.PickleNode.Scalar;
import org.unmute.models.weights.PickleNode.Sequence;
import org.unmute.models.weights.PickleNode.Storage;

/**
 * The stream format that {@code torch.save} used before torch 1.6 and still writes on request: pickles of a magic
 * number, a protocol number, properties of the writing machine, the checkpoint, and the keys of its storages, followed
 * by the number of elements (8 bytes) and the bytes of each storage. It has no checksums.
 *
 * @param root     the checkpoint
 * @param made     number of values that its pickle creates
 * @param storages bytes of each storage, by key
 */
record LegacyStream(PickleNode root, long made, Map<String, MemorySegment> storages) {
    private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
    private static final long PROTOCOL = 1001;
    private static final String LITTLE_ENDIAN = "little_endian";

    static LegacyStream read(String file, MemorySegment all, TorchLimits limits) throws MalformedFileException {
        PickleInput in = new PickleInput(file, all, 0);
        PickleNode magic = plain(in, limits);
        if (!(magic instanceof Scalar(BigInteger number)) || !number.equals(MAGIC)) {
            throw in.error("bad-magic", "the first pickle is not torch's magic number");
        }
        PickleNode protocol = plain(in, limits);
        if (!(protocol instanceof Scalar(Long version)) || version != PROTOCOL) {
            throw in.error("unknown-protocol", "the stream's protocol is not " + PROTOCOL);
        }
        if (!isLittleEndian(plain(in, limits))) {
            throw in.error(
                    "big-endian",
                    "the stream does not say that it was written little-endian: load it where it "
                            + "was written, and save it with torch.save of torch 2.1 or later");
        }
        PickleObjects objects = new PickleObjects(in, true, limits);
        PickleNode root = new PickleMachine(in, objects, limits).read();
        if (!(plain(in, limits) instanceof Sequence keys)) {
            throw in.error("bad-storage-list", "the list of storages is no list");
        }
        return new LegacyStream(root, objects.made(), storages(in, file, all, keys.items, objects.storages()));
    }

    private static PickleNode plain(PickleInput in, TorchLimits limits) throws MalformedFileException {
        return new PickleMachine(in, new PickleObjects(in, true, limits), limits).read();
    }

    private static boolean isLittleEndian(PickleNode properties) {
        boolean little = false;
        if (properties instanceof Mapping m) {
            for (int i = 0; i < m.keys.size(); i++) {
                if (m.keys.get(i) instanceof Scalar(String key) && key.equals(LITTLE_ENDIAN)) {
                    little = m.values.get(i) == PickleNode.TRUE;
                }
            }
        }
        return little;
    }

    private static Map<String, MemorySegment> storages(
            PickleInput in, String file, MemorySegment all, List<PickleNode> keys, Map<String, Storage> named)
            throws MalformedFileException {
        Map<String, MemorySegment> found = new HashMap<>();
        long at = in.offset();
        for (PickleNode node : keys) {
            Storage storage = node instanceof Scalar(String key) ? named.get(key) : null;
            if (storage == null) {
                throw in.error(
                        "bad-storage-list",
                        "the list names a storage that no tensor uses, so that its size is not known");
            }
            String quoted = MalformedFileException.quote(storage.key());
            long left = all.byteSize() - at - Long.BYTES;
            if (left < 0) {
                throw new MalformedFileException(
                        file, at, "storage-past-end", "the file ends before storage " + quoted + ": it is cut short");
            }
            long elements = all.get(LittleEndian.LONG, at);
            if (elements != storage.elements()) {
                throw new MalformedFileException(
                        file,
                        at,
                        "storage-mismatch",
                        "storage " + quoted + " has " + elements + " elements, but " + storage.elements()
                                + " where a tensor names it");
            }
            long bytes = elements * storage.type().bytes();
            if (bytes > left) {
                throw new MalformedFileException(
                        file,
                        at,
                        "storage-past-end",
                        "storage " + quoted + " needs " + bytes + " bytes, but only " + left
                                + " follow: the file is cut short");
            }
            if (found.put(storage.key(), all.asSlice(at + Long.BYTES, bytes)) != null) {
                throw in.error("bad-storage-list", "storage " + quoted + " is listed twice");
            }
            at += Long.BYTES + bytes;
        }
        if (at != all.byteSize()) {
            throw new MalformedFileException(
                    file, at, "trailing-bytes", (all.byteSize() - at) + " bytes after the last storage belong to none");
        }
        return found;
    }
}
