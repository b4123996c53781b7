package org.unmute.models.weights;

import static org.unmute.files.MalformedFileException.quote;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.unmute.files.MalformedFileException;
import org.unmute.models.weights.PickleNode.Bytes;
import org.unmute.models.weights.PickleNode.Global;
import org.unmute.models.weights.PickleNode.Mapping;
import org.unmute.models.weights.PickleNode.Opaque;
import org.unmute.models.weights.PickleNode.Scalar;
import org.unmute.models.weights.PickleNode.Sequence;
import org.unmute.models.weights.PickleNode.Sequence.Kind;
import org.unmute.models.weights.PickleNode.Storage;

/**
 * Interprets the object opcodes of a pickle as data: dictionaries, lists, sets, tensors, parameters, sizes and devices.
 * For objects of other classes, the class name is kept.
 */
final class PickleObjects {
    private static final Set<String> DICTIONARIES = Set.of(
            "collections.OrderedDict",
            "collections.defaultdict",
            "collections.Counter",
            "builtins.dict",
            "pytorch_lightning.utilities.parsing.AttributeDict",
            "lightning.pytorch.utilities.parsing.AttributeDict",
            "lightning_fabric.utilities.data.AttributeDict",
            "lightning.fabric.utilities.data.AttributeDict");
    private static final int CHARS_PER_VALUE = 32;
    private static final int DEVICE_CHARS = 32;
    private static final Set<String> NAMESPACES = Set.of("argparse.Namespace", "types.SimpleNamespace");

    private final PickleInput in;
    private final boolean legacy;
    private final TensorCalls tensors;
    private final TorchLimits limits;
    private final Map<String, Storage> storages = new LinkedHashMap<>();
    private long made;

    /** @param legacy whether persistent ids have the form of the legacy stream */
    PickleObjects(PickleInput in, boolean legacy, TorchLimits limits) {
        this.in = in;
        this.legacy = legacy;
        this.tensors = new TensorCalls(in, limits);
        this.limits = limits;
    }

    /** Number of values that the pickle has created so far. */
    long made() {
        return made;
    }

    /** Counts values that were created or copied, so that a short pickle cannot exhaust memory or time. */
    void charge(long values) throws MalformedFileException {
        made += values;
        if (made > limits.nodes()) {
            throw in.error("too-many-values", "the pickle makes more than " + limits.nodes() + " values");
        }
    }

    /** The storages named by persistent ids, by key. */
    Map<String, Storage> storages() {
        return storages;
    }

    void append(List<PickleNode> items, PickleNode target, Kind kind) throws MalformedFileException {
        if (target instanceof Sequence s && s.kind == kind) {
            s.items.addAll(items);
        } else if (target instanceof Opaque o) {
            o.parts.addAll(items);
        } else {
            throw in.error(
                    "bad-append", "items are added to something that is no " + (kind == Kind.LIST ? "list" : "set"));
        }
    }

    void setItems(List<PickleNode> pairs, PickleNode target) throws MalformedFileException {
        if (pairs.size() % 2 != 0) {
            throw in.error("bad-set-item", "keys and values do not pair: " + pairs.size());
        }
        if (target instanceof Mapping m && !m.fields) {
            for (int i = 0; i < pairs.size(); i += 2) {
                m.put(pairs.get(i), pairs.get(i + 1));
            }
        } else if (target instanceof Opaque o) {
            o.parts.addAll(pairs);
        } else {
            throw in.error("bad-set-item", "a key is set in something that is no dictionary");
        }
    }

    /** @param call a class, its arguments, and optionally named arguments */
    PickleNode newObject(List<PickleNode> call) throws MalformedFileException {
        Global type = global(call.get(0));
        List<PickleNode> args = tuple(call.get(1));
        boolean named = call.size() == 3 && !(call.get(2) instanceof Mapping m && m.keys.isEmpty());
        if (!named) {
            return construct(type, args);
        }
        Opaque made = opaque(type, args, false);
        made.parts.add(call.get(2));
        return made;
    }

    /** @param call a function and its arguments */
    PickleNode reduce(List<PickleNode> call) throws MalformedFileException {
        Global function = global(call.get(0));
        List<PickleNode> args = tuple(call.get(1));
        PickleNode tensor = tensors.call(function, args);
        if (tensor != null) {
            return tensor;
        }
        switch (function.dotted()) {
            case "copyreg._reconstructor", "copyreg.__newobj__" -> {
                if (args.isEmpty()) {
                    throw in.error("bad-reduce", function.dotted() + " needs a class");
                }
                // Without constructor arguments: (class, object, None) in the first form, (class) in the second.
                boolean bare = args.size() == 1 || args.size() == 3 && args.get(2) == PickleNode.NONE;
                return construct(global(args.getFirst()), bare ? List.of() : args);
            }
            case "_codecs.encode" -> {
                return encoded(function, args);
            }
            case "numpy._core.multiarray.scalar" -> {
                Scalar number = NumpyScalar.read(args);
                return number == null ? opaque(function, args, false) : number;
            }
            default -> {
                return construct(function, args);
            }
        }
    }

    private PickleNode construct(Global type, List<PickleNode> args) throws MalformedFileException {
        String name = type.dotted();
        if (DICTIONARIES.contains(name)) {
            return dictionary(name, args);
        }
        if (NAMESPACES.contains(name) && args.isEmpty()) {
            return new Mapping(name, true);
        }
        PickleNode only = args.size() == 1 ? args.getFirst() : null;
        Kind kind = switch (name) {
            case "torch.Size", "builtins.tuple" -> Kind.TUPLE;
            case "builtins.list" -> Kind.LIST;
            case "builtins.set", "builtins.frozenset" -> Kind.SET;
            default -> null;
        };
        if (kind != null && (args.isEmpty() || only instanceof Sequence)) {
            charge(only instanceof Sequence s ? s.items.size() : 0);
            return new Sequence(kind, only instanceof Sequence s ? new ArrayList<>(s.items) : new ArrayList<>(0));
        }
        if (name.equals("torch.device")
                && !args.isEmpty()
                && args.getFirst() instanceof Scalar(String device)
                && device.length() <= DEVICE_CHARS) {
            boolean indexed = args.size() == 2 && args.get(1) instanceof Scalar(Long _);
            return new Scalar(indexed ? device + ":" + ((Scalar) args.get(1)).value() : device);
        }
        return opaque(type, args, false);
    }

    /** Creates a dictionary from another one or from a list of pairs; the factory of a defaultdict is ignored. */
    private Mapping dictionary(String name, List<PickleNode> args) throws MalformedFileException {
        Mapping made = new Mapping(name, false);
        boolean factory = name.equals("collections.defaultdict");
        if (args.size() > (factory ? 2 : 1)) {
            throw in.error("bad-reduce", name + " with " + args.size() + " arguments");
        }
        if (args.size() == (factory ? 2 : 1)) {
            if (args.getLast() instanceof Mapping m) {
                charge(m.keys.size());
                made.putAll(m);
            } else if (args.getLast() instanceof Sequence pairs) {
                charge(pairs.items.size());
                for (PickleNode pair : pairs.items) {
                    if (!(pair instanceof Sequence s && s.items.size() == 2)) {
                        throw in.error("bad-reduce", name + " from something that is no list of pairs");
                    }
                    made.put(s.items.get(0), s.items.get(1));
                }
            } else {
                throw in.error("bad-reduce", name + " from something that is no dictionary and no list of pairs");
            }
        }
        return made;
    }

    private PickleNode encoded(Global function, List<PickleNode> args) throws MalformedFileException {
        if (args.size() == 2
                && args.get(0) instanceof Scalar(String text)
                && args.get(1) instanceof Scalar(String charset)
                && charset.startsWith("latin")) {
            charge(text.length() / CHARS_PER_VALUE);
            return new Bytes(text.getBytes(StandardCharsets.ISO_8859_1));
        }
        return opaque(function, args, false);
    }

    void build(PickleNode state, PickleNode target) throws MalformedFileException {
        switch (target) {
            case Opaque o -> o.parts.add(state);
            case Mapping m
            when m.fields -> {
                if (!(state instanceof Mapping s)) {
                    throw in.error("bad-build", "the state of a " + m.className + " is no dictionary");
                }
                charge(s.keys.size());
                m.putAll(s);
            }
            case Mapping m when m.attributes == null -> m.attributes = state;
            default -> throw in.error("bad-build", "a state is given to something that takes none");
        }
    }

    PickleNode persistent(PickleNode id) throws MalformedFileException {
        List<PickleNode> parts = tuple(id);
        String kind = !parts.isEmpty() && parts.getFirst() instanceof Scalar(String word) ? word : "";
        if (legacy && kind.equals("module") && parts.size() == 4 && parts.get(1) instanceof Global module) {
            // A class with its source text, which torch used to store with whole modules.
            return module;
        }
        boolean sized = parts.size() == 5 || legacy && parts.size() == 6;
        if (!kind.equals("storage")
                || !sized
                || !(parts.get(1) instanceof Global type)
                || !(parts.get(2) instanceof Scalar(String key))
                || !(parts.get(3) instanceof Scalar(String _))
                || !(parts.get(4) instanceof Scalar(Long elements))
                || elements < 0) {
            throw in.error(
                    "bad-persistent-id",
                    "a persistent id must be ('storage', storage class, key, location, number of elements)"
                            + (legacy ? " with a view or None" : ""));
        }
        StorageType known = StorageType.of(type);
        if (known == null) {
            throw in.error(
                    "unknown-storage-type",
                    "storage " + quote(key) + " is a " + type.dotted() + ", which is not a storage class that is read");
        }
        if (elements > Long.MAX_VALUE / known.bytes()) {
            throw in.error("storage-too-large", "storage " + quote(key) + " of " + elements + " elements");
        }
        return view(
                register(new Storage(known, key, elements, 0, elements, in.opcodeOffset())),
                parts.size() == 6 ? parts.get(5) : PickleNode.NONE);
    }

    private Storage register(Storage storage) throws MalformedFileException {
        Storage before = storages.putIfAbsent(storage.key(), storage);
        if (before == null) {
            return storage;
        }
        if (before.type() != storage.type() || before.elements() != storage.elements()) {
            throw in.error(
                    "storage-mismatch",
                    "storage " + quote(storage.key()) + " is named as "
                            + storage.type().name() + " of " + storage.elements() + ", before that as "
                            + before.type().name() + " of " + before.elements());
        }
        return before;
    }

    /** In old streams a view covers a part of a storage: key, first element and number of elements. */
    private Storage view(Storage root, PickleNode view) throws MalformedFileException {
        if (view == PickleNode.NONE) {
            return root;
        }
        List<PickleNode> parts = tuple(view);
        if (parts.size() != 3
                || !(parts.get(0) instanceof Scalar(String _))
                || !(parts.get(1) instanceof Scalar(Long first))
                || !(parts.get(2) instanceof Scalar(Long used))
                || first < 0
                || used < 0
                || first > root.elements()
                || used > root.elements() - first) {
            throw in.error(
                    "bad-persistent-id",
                    "the view of storage " + quote(root.key())
                            + " must be (key, first element, number of elements) inside its " + root.elements()
                            + " elements");
        }
        return new Storage(root.type(), root.key(), root.elements(), first, used, root.at());
    }

    static Opaque opaque(Global type, List<PickleNode> args, boolean tensor) {
        Opaque made = new Opaque(type.dotted(), tensor);
        if (!args.isEmpty()) {
            made.parts.add(new Sequence(Kind.TUPLE, args));
        }
        return made;
    }

    private Global global(PickleNode node) throws MalformedFileException {
        if (node instanceof Global g) {
            return g;
        }
        throw in.error("bad-reduce", "something is called that is no class or function by name");
    }

    private List<PickleNode> tuple(PickleNode node) throws MalformedFileException {
        if (node instanceof Sequence s && s.kind == Kind.TUPLE) {
            return s.items;
        }
        throw in.error("bad-arguments", "arguments and persistent ids must be tuples");
    }
}
