package org.unmute.models.weights;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.unmute.files.MalformedFileException;
import org.unmute.models.weights.PickleNode.Global;
import org.unmute.models.weights.PickleNode.Mapping;
import org.unmute.models.weights.PickleNode.Opaque;
import org.unmute.models.weights.PickleNode.Scalar;
import org.unmute.models.weights.PickleNode.Sequence;
import org.unmute.models.weights.PickleNode.Storage;
import org.unmute.models.weights.PickleNode.Tensor;
import org.unmute.tensor.io.StoredType;

/**
 * The torch functions that create tensors. Dense real tensors are read and checked against their storage; tensors of
 * other kinds (quantized, sparse, complex, without data) stay opaque because they would be misread.
 */
final class TensorCalls {
    private static final int MAX_ARGUMENTS = 9;
    private static final int MAX_ATTRIBUTES = 100;
    /** Attributes whose setters replace the values of a tensor. */
    private static final Set<String> NUMBERS = Set.of("data", "real", "imag");

    private final PickleInput in;
    private final TorchLimits limits;

    TensorCalls(PickleInput in, TorchLimits limits) {
        this.in = in;
        this.limits = limits;
    }

    /** The result of a function that creates tensors; null for other functions. */
    @Nullable
    PickleNode call(Global function, List<PickleNode> args) throws MalformedFileException {
        if (!function.module().startsWith("torch.")) {
            return null;
        }
        if (isTensorFunction(function)) {
            return tensor(function, args);
        }
        return switch (function.dotted()) {
            case "torch._utils._rebuild_parameter" -> parameter(function, args, 3);
            case "torch._utils._rebuild_parameter_with_state" -> parameter(function, args, 4);
            case "torch._tensor._rebuild_from_type_v2", "torch.tensor._rebuild_from_type_v2" -> typed(function, args);
            default -> function.name().startsWith("_rebuild") ? PickleObjects.opaque(function, args, true) : null;
        };
    }

    private static boolean isTensorFunction(Global function) {
        return switch (function.dotted()) {
            case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor_v3" ->
                true;
            default -> false;
        };
    }

    /** A parameter: (tensor, whether it requires gradients, hooks), and its state if there are four arguments. */
    private PickleNode parameter(Global function, List<PickleNode> args, int max) throws MalformedFileException {
        if (args.isEmpty() || args.size() > max) {
            throw in.error("bad-tensor", function.name() + " with " + args.size() + " arguments");
        }
        return switch (args.getFirst()) {
            case Tensor t -> args.size() < 4 ? t : withState(t, args.get(3));
            case Opaque o when o.tensor -> o;
            default -> PickleObjects.opaque(function, args, true);
        };
    }

    /** A tensor of a Python subclass: (function, class, arguments of the function, state). */
    private PickleNode typed(Global function, List<PickleNode> args) throws MalformedFileException {
        if (args.size() != 4
                || !(args.get(0) instanceof Global rebuild)
                || !(args.get(1) instanceof Global type)
                || !(args.get(2) instanceof Sequence s)) {
            throw in.error("bad-tensor", function.name() + " needs a function, a class, arguments and a state");
        }
        boolean plain = switch (type.dotted()) {
            case "torch.Tensor", "torch.nn.parameter.Parameter", "torch.nn.parameter.Buffer" -> true;
            default -> false;
        };
        // No other functions, since nested calls could have any depth.
        PickleNode made =
                plain && isTensorFunction(rebuild) ? tensor(rebuild, s.items) : PickleObjects.opaque(type, args, true);
        return made instanceof Tensor t ? withState(t, args.get(3)) : made;
    }

    /**
     * A tensor with the attributes that torch sets after creating it. They are kept only so that they can be listed.
     * Attributes that replace the values would change the tensor and are rejected.
     *
     * @param state None, a dictionary, or a pair of dictionaries: ordinary attributes and slots
     */
    private Tensor withState(Tensor made, PickleNode state) throws MalformedFileException {
        List<Mapping> attributes = new ArrayList<>(made.attributes());
        boolean pair = state instanceof Sequence s && s.kind == Sequence.Kind.TUPLE && s.items.size() == 2;
        for (PickleNode part : pair ? ((Sequence) state).items : List.of(state)) {
            if (part instanceof Mapping m) {
                checkAttributes(m);
                if (!m.keys.isEmpty()) {
                    attributes.add(m);
                }
            } else if (part != PickleNode.NONE) {
                throw in.error("bad-tensor", "the state of a tensor is neither a dictionary nor a pair of them");
            }
        }
        return attributes.size() == made.attributes().size()
                ? made
                : new Tensor(
                        made.storage(),
                        made.type(),
                        made.offset(),
                        made.sizes(),
                        made.strides(),
                        made.at(),
                        List.copyOf(attributes));
    }

    private void checkAttributes(Mapping attributes) throws MalformedFileException {
        if (attributes.keys.size() > MAX_ATTRIBUTES) {
            throw in.error(
                    "bad-tensor",
                    "a tensor with " + attributes.keys.size() + " Python attributes; at most " + MAX_ATTRIBUTES
                            + ": save the state dict without them");
        }
        for (PickleNode key : attributes.keys) {
            if (key instanceof Scalar(String name) && NUMBERS.contains(name)) {
                throw in.error(
                        "tensor-state",
                        "the attribute " + MalformedFileException.quote(name)
                                + " of a tensor replaces its numbers: load the file in Python and save"
                                + " tensor.detach().clone() in its place");
            }
        }
    }

    private PickleNode tensor(Global function, List<PickleNode> args) throws MalformedFileException {
        boolean v1 = function.name().equals("_rebuild_tensor");
        boolean v3 = function.name().endsWith("3");
        int min = v1 ? 4 : v3 ? 7 : 6;
        if (args.size() < min || args.size() > (v1 ? min : MAX_ARGUMENTS)) {
            throw in.error("bad-tensor", function.name() + " with " + args.size() + " arguments");
        }
        if (!(args.get(0) instanceof Storage storage)) {
            throw in.error("bad-tensor", function.name() + " on something that is no storage");
        }
        PickleNode dtype = v3 ? args.get(6) : null;
        StoredType type = v3 ? StorageType.dtype(dtype) : storage.type().type();
        String kind = v3 && dtype instanceof Global g
                ? g.dotted()
                : "torch." + storage.type().name();
        if (v3 && !(dtype instanceof Global)) {
            throw in.error("bad-tensor", function.name() + " without an element type");
        }
        PickleNode metadata = args.size() > min ? args.get(min) : PickleNode.NONE;
        if (type == null || !isPlain(metadata)) {
            // For example complex64 or float8, or a view with the negative bit.
            Opaque other = new Opaque(type == null ? kind : "tensor with metadata", true);
            other.parts.add(new Sequence(Sequence.Kind.TUPLE, args));
            return other;
        }
        long[] sizes = counts(args.get(2), "sizes");
        long[] strides = counts(args.get(3), "strides");
        if (!(args.get(1) instanceof Scalar(Long offset)) || offset < 0) {
            throw in.error("bad-tensor", "the storage offset is no number from 0");
        }
        if (sizes.length != strides.length) {
            throw in.error(
                    "bad-tensor",
                    "sizes " + Arrays.toString(sizes) + " and strides " + Arrays.toString(strides)
                            + " differ in number");
        }
        Tensor made = new Tensor(storage, type, offset, sizes, strides, in.opcodeOffset(), List.of());
        checkReach(made);
        return made;
    }

    private static boolean isPlain(PickleNode metadata) {
        return metadata == PickleNode.NONE
                || metadata instanceof Mapping m
                        && m.values.size() <= MAX_ARGUMENTS
                        && m.values.stream().allMatch(v -> v == PickleNode.FALSE);
    }

    private long[] counts(PickleNode node, String what) throws MalformedFileException {
        if (!(node instanceof Sequence s)) {
            throw in.error("bad-tensor", "the " + what + " are no tuple");
        }
        if (s.items.size() > limits.common().axes()) {
            throw in.error(
                    "too-many-axes",
                    "a tensor of " + s.items.size() + " axes; at most "
                            + limits.common().axes());
        }
        long[] counts = new long[s.items.size()];
        for (int i = 0; i < counts.length; i++) {
            if (!(s.items.get(i) instanceof Scalar(Long n)) || n < 0) {
                throw in.error("bad-tensor", "one of the " + what + " is no number from 0");
            }
            counts[i] = n;
        }
        return counts;
    }

    /** Checks that the first and last elements are inside the storage, or inside the part of it that a view covers. */
    private void checkReach(Tensor t) throws MalformedFileException {
        long available =
                t.storage().used() * t.storage().type().bytes() / t.type().bytes();
        try {
            long elements = 1;
            long last = t.offset();
            boolean empty = Arrays.stream(t.sizes()).anyMatch(n -> n == 0);
            for (int i = 0; i < t.sizes().length; i++) {
                elements = Math.multiplyExact(elements, t.sizes()[i]);
                last = empty ? last : Math.addExact(last, Math.multiplyExact(t.sizes()[i] - 1, t.strides()[i]));
            }
            Math.multiplyExact(elements, (long) t.type().bytes());
            if (empty ? last > available : last >= available) {
                throw in.error(
                        "tensor-outside-storage",
                        describe(t) + " reaches beyond the " + available + " elements of storage "
                                + MalformedFileException.quote(t.storage().key()));
            }
        } catch (ArithmeticException e) {
            MalformedFileException bad = in.error("shape-overflow", describe(t) + " goes beyond 64 bits");
            bad.initCause(e);
            throw bad;
        }
    }

    private static String describe(Tensor t) {
        return t.type() + " " + Arrays.toString(t.sizes()) + ", strides " + Arrays.toString(t.strides()) + ", offset "
                + t.offset();
    }
}
