package org.unmute.models.weights;

import static org.unmute.files.MalformedFileException.quote;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.unmute.files.MalformedFileException;
import org.unmute.models.weights.PickleNode.Bytes;
import org.unmute.models.weights.PickleNode.Global;
import org.unmute.models.weights.PickleNode.Scalar;
import org.unmute.models.weights.PickleNode.Sequence;
import org.unmute.models.weights.PickleNode.Sequence.Kind;

/**
 * Interprets the opcodes of a pickle, protocols 2 to 5, on a stack of plain data. Opcodes of older protocols,
 * registered extensions and out-of-band buffers are rejected.
 */
final class PickleMachine {
    private static final int HIGHEST_PROTOCOL = 5;
    private static final int NAME_BYTES = 512;
    private static final int INTEGER_BYTES = 255;
    private static final Sequence EMPTY_TUPLE = new Sequence(Kind.TUPLE, List.of());

    private final PickleInput in;
    private final PickleObjects objects;
    private final TorchLimits limits;
    private final List<PickleNode> stack = new ArrayList<>();
    private final Map<Integer, PickleNode> memo = new HashMap<>();
    private int[] marks = new int[8];
    private int markCount;

    PickleMachine(PickleInput in, PickleObjects objects, TorchLimits limits) {
        this.in = in;
        this.objects = objects;
        this.limits = limits;
    }

    /** Reads one pickle including its STOP. */
    PickleNode read() throws MalformedFileException {
        in.begin(limits.pickleBytes());
        while (true) {
            int opcode = in.opcode();
            if (opcode == '.') {
                if (stack.size() != 1 || markCount != 0) {
                    throw in.error(
                            "bad-stack",
                            "STOP with " + stack.size() + " values and " + markCount
                                    + " marks on the stack, not one value");
                }
                return stack.getFirst();
            }
            boolean known = value(opcode) || container(opcode) || memo(opcode) || object(opcode) || frame(opcode);
            if (!known) {
                throw in.error(
                        "unknown-opcode",
                        String.format(
                                "opcode 0x%02x%s is not one that a checkpoint needs",
                                opcode, opcode > ' ' && opcode < 0x7F ? " '" + (char) opcode + "'" : ""));
            }
        }
    }

    private Scalar integer(int length) throws MalformedFileException {
        if (length < 0 || length > INTEGER_BYTES) {
            throw in.error("bad-number", "an integer of " + length + " bytes; at most " + INTEGER_BYTES);
        }
        byte[] littleEndian = in.bytes(length);
        byte[] bigEndian = new byte[Math.max(1, length)];
        for (int i = 0; i < length; i++) {
            bigEndian[length - 1 - i] = littleEndian[i];
        }
        BigInteger value = new BigInteger(bigEndian);
        return new Scalar(value.bitLength() < Long.SIZE ? (Object) value.longValue() : value);
    }

    /** Constants, numbers, strings, bytes, and empty containers. */
    private boolean value(int opcode) throws MalformedFileException {
        switch (opcode) {
            case 'N' -> push(PickleNode.NONE);
            case 0x88 -> push(PickleNode.TRUE);
            case 0x89 -> push(PickleNode.FALSE);
            case ')' -> push(EMPTY_TUPLE);
            case ']' -> push(make(Sequence.of(Kind.LIST)));
            case 0x8F -> push(make(Sequence.of(Kind.SET)));
            case '}' -> push(make(new PickleNode.Mapping("dict", false)));
            case 'K' -> push(make(new Scalar((long) in.u8())));
            case 'M' -> push(make(new Scalar((long) in.u16())));
            case 'J' -> push(make(new Scalar((long) in.i32())));
            case 'G' -> push(make(new Scalar(in.f64())));
            case 0x8A -> push(make(integer(in.u8())));
            case 0x8B -> push(make(integer(in.i32())));
            case 'X' -> push(make(new Scalar(in.utf8(Integer.toUnsignedLong(in.i32())))));
            case 0x8C -> push(make(new Scalar(in.utf8(in.u8()))));
            case 0x8D -> push(make(new Scalar(in.utf8(in.i64()))));
            case 'B' -> push(make(new Bytes(in.bytes(Integer.toUnsignedLong(in.i32())))));
            case 'C' -> push(make(new Bytes(in.bytes(in.u8()))));
            case 0x8E, 0x96 -> push(make(new Bytes(in.bytes(in.i64()))));
            case 'U' -> push(make(python2String(in.bytes(in.u8()))));
            case 'T' -> push(make(python2String(in.bytes(in.i32()))));
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Python 2 did not distinguish strings from bytes. */
    private static PickleNode python2String(byte[] raw) {
        String text = PickleInput.utf8OrNull(raw);
        return text == null ? new Bytes(raw) : new Scalar(text);
    }

    private boolean container(int opcode) throws MalformedFileException {
        switch (opcode) {
            case '(' -> mark();
            case '0' -> pop();
            case '1' -> popMark();
            case 't' -> push(make(new Sequence(Kind.TUPLE, popMark())));
            case 0x85, 0x86, 0x87 -> push(make(new Sequence(Kind.TUPLE, pop(opcode - 0x84))));
            case 0x91 -> push(make(new Sequence(Kind.SET, popMark())));
            // Java evaluates arguments from left to right: the value to add lies above its target.
            case 'a' -> objects.append(pop(1), top(), Kind.LIST);
            case 'e' -> objects.append(popMark(), top(), Kind.LIST);
            case 0x90 -> objects.append(popMark(), top(), Kind.SET);
            case 's' -> objects.setItems(pop(2), top());
            case 'u' -> objects.setItems(popMark(), top());
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean memo(int opcode) throws MalformedFileException {
        switch (opcode) {
            case 'q' -> remember(in.u8());
            case 'r' -> remember(in.i32());
            case 0x94 -> remember(memo.size());
            case 'h' -> push(recall(in.u8()));
            case 'j' -> push(recall(in.i32()));
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean object(int opcode) throws MalformedFileException {
        switch (opcode) {
            case 'c' -> push(make(global(in.line(NAME_BYTES), in.line(NAME_BYTES))));
            case 0x93 -> {
                List<PickleNode> names = pop(2);
                push(make(global(name(names.get(0)), name(names.get(1)))));
            }
            case 'i' -> {
                // Protocol 0 is rejected in any case, but an attack is reported as such.
                global(in.line(NAME_BYTES), in.line(NAME_BYTES));
                return false;
            }
            case 'R' -> push(make(objects.reduce(pop(2))));
            case 0x81 -> push(make(objects.newObject(pop(2))));
            case 0x92 -> push(make(objects.newObject(pop(3))));
            case 'b' -> objects.build(pop(), top());
            case 'Q' -> push(make(objects.persistent(pop())));
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean frame(int opcode) throws MalformedFileException {
        switch (opcode) {
            case 0x80 -> {
                int protocol = in.u8();
                if (protocol > HIGHEST_PROTOCOL) {
                    throw in.error(
                            "unknown-protocol",
                            "pickle protocol " + protocol + "; 2 to " + HIGHEST_PROTOCOL + " are read");
                }
            }
            case 0x95 -> {
                long length = in.i64();
                if (length < 0 || length > in.remaining()) {
                    throw in.error(
                            "pickle-cut-short",
                            "a frame of " + Long.toUnsignedString(length) + " bytes, but only " + in.remaining()
                                    + " follow");
                }
            }
            case 0x97, 0x98 -> throw in.error("out-of-band-buffer", "the pickle refers to buffers that are not in it");
            default -> {
                return false;
            }
        }
        return true;
    }

    private String name(PickleNode node) throws MalformedFileException {
        if (node instanceof Scalar(String text) && text.length() <= NAME_BYTES) {
            return text;
        }
        throw in.error(
                "bad-global",
                "the name of a class or function must be a string of at most " + NAME_BYTES + " characters");
    }

    private Global global(String module, String name) throws MalformedFileException {
        if (module.isEmpty() || name.isEmpty() || (module + name).chars().anyMatch(Character::isISOControl)) {
            throw in.error("bad-global", "no name of a class or function: " + quote(module) + " " + quote(name));
        }
        Global global = PickleGlobals.normalized(module, name);
        if (PickleGlobals.runsCode(global)) {
            String dotted = quote(global.dotted());
            throw in.error(
                    "runs-code",
                    "this checkpoint tries to run code: "
                            + dotted.substring(1, dotted.length() - 1)
                            + ": nothing was run here, but do not load it with Python either; take the file from its"
                            + " authors' own page, or have them save the state dict alone:"
                            + " torch.save(model.state_dict(), path)");
        }
        return global;
    }

    private <N extends PickleNode> N make(N node) throws MalformedFileException {
        objects.charge(1);
        return node;
    }

    private void push(PickleNode node) throws MalformedFileException {
        if (stack.size() >= limits.stack()) {
            throw in.error("stack-too-deep", "more than " + limits.stack() + " values on the stack");
        }
        stack.add(node);
    }

    private int floor() {
        return markCount == 0 ? 0 : marks[markCount - 1];
    }

    private PickleNode top() throws MalformedFileException {
        checkStack(1);
        return stack.getLast();
    }

    private PickleNode pop() throws MalformedFileException {
        checkStack(1);
        return stack.removeLast();
    }

    /** Pops the top one, two or three values, as an immutable list. */
    private List<PickleNode> pop(int n) throws MalformedFileException {
        checkStack(n);
        PickleNode last = stack.removeLast();
        PickleNode second = n > 1 ? stack.removeLast() : null;
        return n == 1 ? List.of(last) : n == 2 ? List.of(second, last) : List.of(stack.removeLast(), second, last);
    }

    private void checkStack(int n) throws MalformedFileException {
        if (stack.size() - floor() < n) {
            throw in.error(
                    "bad-stack",
                    "an opcode needs " + n + " values, but only " + (stack.size() - floor())
                            + " lie on the stack above the last mark");
        }
    }

    private void mark() throws MalformedFileException {
        if (markCount >= limits.marks()) {
            throw in.error("marks-too-deep", "more than " + limits.marks() + " marks on the stack");
        }
        marks = markCount == marks.length ? Arrays.copyOf(marks, 2 * markCount) : marks;
        marks[markCount++] = stack.size();
    }

    private List<PickleNode> popMark() throws MalformedFileException {
        if (markCount == 0) {
            throw in.error("bad-stack", "an opcode needs a mark, but there is none on the stack");
        }
        return popFrom(marks[--markCount]);
    }

    private List<PickleNode> popFrom(int from) {
        List<PickleNode> tail = stack.subList(from, stack.size());
        List<PickleNode> popped = new ArrayList<>(tail);
        tail.clear();
        return popped;
    }

    private void remember(int index) throws MalformedFileException {
        PickleNode value = top();
        if (index < 0 || index >= limits.stack()) {
            throw in.error(
                    "memo-too-large",
                    "memo index " + Integer.toUnsignedString(index) + "; at most " + limits.stack()
                            + " entries are kept");
        }
        memo.put(index, value);
    }

    private PickleNode recall(int index) throws MalformedFileException {
        PickleNode value = memo.get(index);
        if (value == null) {
            throw in.error("bad-memo", "nothing is remembered under the number " + Integer.toUnsignedString(index));
        }
        return value;
    }
}
