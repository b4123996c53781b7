package org.unmute.models.weights;

import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import org.unmute.files.MalformedFileException;
import org.unmute.models.weights.PickleNode.Bytes;
import org.unmute.models.weights.PickleNode.Global;
import org.unmute.models.weights.PickleNode.Mapping;
import org.unmute.models.weights.PickleNode.Opaque;
import org.unmute.models.weights.PickleNode.Scalar;
import org.unmute.models.weights.PickleNode.Sequence;
import org.unmute.models.weights.PickleNode.Storage;
import org.unmute.models.weights.PickleNode.Tensor;

/** A checkpoint's tree of dictionaries and lists, flattened: the value at each dotted path. */
final class TensorTree {
    /** Name of the only value in a checkpoint that is neither a dictionary nor a list. */
    static final String ROOT = "value";

    private static final int NAMED_ATTRIBUTES = 4;
    private static final long PLACES_PER_VALUE = 8;
    private static final long SOME_PLACES = 10_000;

    final Map<String, Tensor> tensors = new LinkedHashMap<>();
    final Map<String, String> values = new LinkedHashMap<>();
    final List<TorchFile.Opaque> opaque = new ArrayList<>();
    /** Number of tensors of unsupported kinds. */
    int otherKinds;

    private final String file;
    private final TorchLimits limits;
    private final PickleNode root;
    private final Set<String> names = new HashSet<>();
    private final Set<PickleNode> onPath = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Map<PickleNode, Integer> hidden = new IdentityHashMap<>();
    /** Keys from the root to the current value: nodes in a dictionary, indices in a list. */
    private final Deque<Object> keys = new ArrayDeque<>();
    /** The duplicate name whose two places are being located; null in an ordinary walk. */
    private final @Nullable String wanted;

    private final long maxVisits;
    private String firstPlace;
    private long visited;
    private long chars;

    private TensorTree(String file, PickleNode root, long maxVisits, TorchLimits limits, @Nullable String wanted) {
        this.file = file;
        this.root = root;
        this.limits = limits;
        this.wanted = wanted;
        this.maxVisits = maxVisits;
    }

    /** @param made number of values created by the pickle, which bounds the number of places that share them */
    static TensorTree of(String file, PickleNode root, long made, TorchLimits limits) throws MalformedFileException {
        long maxVisits = Math.min(limits.nodes(), PLACES_PER_VALUE * made + SOME_PLACES);
        TensorTree tree = new TensorTree(file, root, maxVisits, limits, null);
        tree.walk(root, "");
        return tree;
    }

    private MalformedFileException error(@Nullable String name, String rule, String detail) {
        return new MalformedFileException(file, 0, name, rule, detail);
    }

    private void walk(PickleNode node, String path) throws MalformedFileException {
        visit();
        switch (node) {
            case Mapping m -> {
                enter(m, path);
                for (int i = 0; i < m.keys.size(); i++) {
                    child(m.keys.get(i), m.values.get(i), path, keyText(m.keys.get(i), i));
                }
                if (m.attributes != null && hiddenTensors(m.attributes) > 0) {
                    child("attributes", new Opaque("attributes of " + m.className, false), path, "<attributes>");
                }
                onPath.remove(m);
            }
            case Sequence s -> {
                enter(s, path);
                for (int i = 0; i < s.items.size(); i++) {
                    child(i, s.items.get(i), path, Integer.toString(i));
                }
                onPath.remove(s);
            }
            case Tensor tensor -> {
                leaf(tensor, keys.isEmpty() ? ROOT : path);
                if (!tensor.attributes().isEmpty()) {
                    child("attributes", attributes(tensor), path, "<attributes>");
                }
            }
            default -> leaf(node, keys.isEmpty() ? ROOT : path);
        }
    }

    /** The entry under which a tensor's Python attributes are listed: a named object with the tensors that it holds. */
    private static Opaque attributes(Tensor tensor) {
        StringJoiner names = new StringJoiner(", ");
        int left = 0;
        for (Mapping m : tensor.attributes()) {
            int named = Math.min(NAMED_ATTRIBUTES, m.keys.size());
            for (int i = 0; i < named; i++) {
                names.add(MalformedFileException.quote(keyText(m.keys.get(i), i)));
            }
            left += m.keys.size() - named;
        }
        Opaque made =
                new Opaque("attributes of a tensor: " + names + (left > 0 ? " and " + left + " more" : ""), false);
        made.parts.addAll(tensor.attributes());
        return made;
    }

    private void child(Object key, PickleNode value, String path, String text) throws MalformedFileException {
        int max = limits.common().nameChars();
        if (path.length() + (long) text.length() + 1 > max + 1L) {
            throw error(
                    path.isEmpty() ? text : path,
                    "name-too-long",
                    "the dotted name of a value has more than " + max + " characters");
        }
        String name = keys.isEmpty() ? text : path + "." + text;
        chars += name.length();
        if (chars > limits.pathChars()) {
            throw error(
                    name,
                    "too-many-values",
                    "the dotted names have more than " + limits.pathChars() + " characters together");
        }
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw error(name, "name-control-character", "a control character in a key");
        }
        keys.addLast(key);
        walk(value, name);
        keys.removeLast();
    }

    private void visit() throws MalformedFileException {
        if (++visited > maxVisits) {
            throw error(
                    null,
                    "too-many-values",
                    "more than " + maxVisits + " places are reached from the root: "
                            + "shared lists or dictionaries multiply");
        }
    }

    private void enter(PickleNode container, String path) throws MalformedFileException {
        if (!onPath.add(container)) {
            throw error(path.isEmpty() ? null : path, "contains-itself", "a dictionary or list contains itself");
        }
        if (onPath.size() > limits.nesting()) {
            throw error(
                    path,
                    "too-deep",
                    "dictionaries and lists are nested more than " + limits.nesting() + " levels deep");
        }
    }

    private void leaf(PickleNode node, String name) throws MalformedFileException {
        if (wanted != null) {
            search(name);
            return;
        }
        if (!names.add(name)) {
            new TensorTree(file, root, maxVisits, limits, name).walk(root, "");
            throw new IllegalStateException("torch: not found again: " + name);
        }
        switch (node) {
            case Tensor t -> {
                if (tensors.size() >= limits.common().tensors()) {
                    throw error(
                            name,
                            "too-many-tensors",
                            "more than " + limits.common().tensors() + " tensors");
                }
                tensors.put(name, t);
            }
            case Scalar s -> values.put(name, scalarText(s));
            case Global g when StorageType.isDtype(g) -> values.put(name, g.dotted());
            case Global g -> opaque.add(new TorchFile.Opaque(name, g.dotted(), 0));
            case Bytes _ -> opaque.add(new TorchFile.Opaque(name, "bytes", 0));
            case Storage s ->
                opaque.add(new TorchFile.Opaque(name, "torch." + s.type().name(), 1));
            case Opaque o -> {
                opaque.add(new TorchFile.Opaque(name, o.className, hiddenTensors(o)));
                otherKinds += o.tensor ? 1 : 0;
            }
            case Mapping _, Sequence _ -> throw new IllegalStateException("torch: no leaf");
        }
    }

    private void search(String name) throws MalformedFileException {
        if (!name.equals(wanted)) {
            return;
        }
        StringBuilder place = new StringBuilder();
        for (Object key : keys) {
            String text = key instanceof Scalar(String s)
                    ? MalformedFileException.quote(s)
                    : key instanceof PickleNode n ? keyText(n, 0) : key.toString();
            place.append('[').append(text).append(']');
        }
        if (firstPlace != null) {
            throw error(name, "duplicate-name", "two values have this dotted name: " + firstPlace + " and " + place);
        }
        firstPlace = place.toString();
    }

    /** Number of tensors in an object that is not interpreted; each tensor counts once. */
    private int hiddenTensors(PickleNode object) throws MalformedFileException {
        Integer known = hidden.get(object);
        if (known != null) {
            return known;
        }
        int count = 0;
        Set<PickleNode> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Iterator<PickleNode>> open = new ArrayDeque<>();
        open.push(List.of(object).iterator());
        while (!open.isEmpty()) {
            if (!open.peek().hasNext()) {
                open.pop();
                continue;
            }
            PickleNode node = open.peek().next();
            visit();
            if (node instanceof Scalar || !seen.add(node)) {
                continue;
            }
            count += node instanceof Tensor || node instanceof Opaque o && o.tensor ? 1 : 0;
            switch (node) {
                case Mapping m -> {
                    open.push(m.keys.iterator());
                    open.push(m.values.iterator());
                    if (m.attributes != null) {
                        open.push(List.of(m.attributes).iterator());
                    }
                }
                case Sequence s -> open.push(s.items.iterator());
                case Opaque o when !o.tensor -> open.push(o.parts.iterator());
                default -> {}
            }
        }
        hidden.put(object, count);
        return count;
    }

    private static String keyText(PickleNode key, int position) {
        return switch (key) {
            case Scalar s -> scalarText(s);
            case Sequence s
            when s.items.size() <= 8 && s.items.stream().allMatch(i -> i instanceof Scalar) -> {
                StringJoiner text = new StringJoiner(", ", "(", ")");
                s.items.forEach(i -> text.add(scalarText((Scalar) i)));
                yield text.toString();
            }
            case Global g -> "<" + g.dotted().replace('.', ':') + ">";
            default -> "<" + position + ">";
        };
    }

    /** Formats a scalar as in JSON, but with strings unquoted and with names for NaN and infinities. */
    private static String scalarText(Scalar s) {
        return switch (s.value()) {
            case null -> "null";
            case Double d -> d.toString();
            case BigInteger big -> big.toString();
            case Object other -> other.toString();
        };
    }
}
