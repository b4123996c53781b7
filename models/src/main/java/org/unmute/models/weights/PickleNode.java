package org.unmute.models.weights;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.unmute.tensor.io.StoredType;

/** A value described by a pickle. It is only data; nothing is ever called. */
sealed interface PickleNode {
    /** None. */
    Scalar NONE = new Scalar(null);
    /** True. */
    Scalar TRUE = new Scalar(true);
    /** False. */
    Scalar FALSE = new Scalar(false);

    /** A String, Long, BigInteger, Double or Boolean; null is None. */
    record Scalar(@Nullable Object value) implements PickleNode {}

    /** A byte string. */
    record Bytes(byte[] value) implements PickleNode {}

    /** The name of a class or function. */
    record Global(String module, String name, String dotted) implements PickleNode {
        Global(String module, String name) {
            this(module, name, module + "." + name);
        }
    }

    /**
     * A storage named by a persistent id. {@code first} and {@code used} select the part that a view in an old stream
     * covers.
     */
    record Storage(StorageType type, String key, long elements, long first, long used, long at) implements PickleNode {}

    /**
     * A tensor on a storage, checked to lie inside it; offset and strides are in elements of its type.
     *
     * @param attributes dictionaries of attributes that Python code attached to the tensor; usually empty
     */
    record Tensor(
            Storage storage,
            StoredType type,
            long offset,
            long[] sizes,
            long[] strides,
            long at,
            List<Mapping> attributes)
            implements PickleNode {}

    /** A list, tuple or set. */
    final class Sequence implements PickleNode {
        enum Kind {
            LIST,
            TUPLE,
            SET
        }

        final Kind kind;
        final List<PickleNode> items;

        Sequence(Kind kind, List<PickleNode> items) {
            this.kind = kind;
            this.items = items;
        }

        static Sequence of(Kind kind) {
            return new Sequence(kind, new ArrayList<>(0));
        }
    }

    /** A dictionary, or an object that is treated as one, such as a Namespace. */
    final class Mapping implements PickleNode {
        final String className;
        /** Whether BUILD sets the pairs themselves (the fields of an object) rather than additional attributes. */
        final boolean fields;

        List<PickleNode> keys = List.of();
        List<PickleNode> values = List.of();
        /** Attributes of a dictionary object, such as {@code _metadata} of a state dict; null if there are none. */
        PickleNode attributes;

        Mapping(String className, boolean fields) {
            this.className = className;
            this.fields = fields;
        }

        void put(PickleNode key, PickleNode value) {
            open(1);
            keys.add(key);
            values.add(value);
        }

        void putAll(Mapping other) {
            open(other.keys.size());
            keys.addAll(other.keys);
            values.addAll(other.values);
        }

        /** Creates the lists with the first pair, since many dictionaries stay empty. */
        private void open(int pairs) {
            if (keys.isEmpty()) {
                keys = new ArrayList<>(pairs);
                values = new ArrayList<>(pairs);
            }
        }
    }

    /** An object of a class that is not interpreted: the class name and all values that the pickle passes to it. */
    final class Opaque implements PickleNode {
        final String className;
        /** Whether this is a tensor of a kind that is not supported. */
        final boolean tensor;

        final List<PickleNode> parts = new ArrayList<>(0);

        Opaque(String className, boolean tensor) {
            this.className = className;
            this.tensor = tensor;
        }
    }
}
