package org.unmute.data.parquet;

import java.util.ArrayList;
import java.util.List;
import org.unmute.data.parquet.TextForm.Kind;
import org.unmute.files.MalformedFileException;

/** Reads the columns of a file from its tree of structures and lists, which the file stores as a flat list. */
final class Schema {
    /** Physical types of values, in the order of the format's numbers. */
    enum Type {
        BOOLEAN(0),
        INT32(4),
        INT64(8),
        INT96(12),
        FLOAT(4),
        DOUBLE(8),
        BYTE_ARRAY(0),
        FIXED_LEN_BYTE_ARRAY(0);

        /** Size of a value in bytes; 0 if it depends on the value or column. */
        final int bytes;

        Type(int bytes) {
            this.bytes = bytes;
        }
    }

    /**
     * A column of values, at the end of a path through the structures and lists of the schema.
     *
     * @param name     the path joined by dots, without the levels that only form a list
     * @param path     the path as in the schema
     * @param type     physical type of the values
     * @param width    size of a value in bytes; 0 if each value states its own length
     * @param form     the form in which values are read; null if they are not read
     * @param unread   why values are not read; null if they are
     * @param present  definition level of a value that is present
     * @param repeated definition level of an element at each level of lists, from the outermost
     */
    record Leaf(
            String name,
            List<String> path,
            Type type,
            int width,
            TextForm form,
            String unread,
            int present,
            List<Integer> repeated) {
        /** Number of nested lists around a value. */
        int lists() {
            return repeated.size();
        }

        /** The name, for messages. */
        String quoted() {
            return "column " + MalformedFileException.quote(name);
        }
    }

    private static final int DEEPEST = 24;
    private static final int MAX_LISTS = 8;
    private static final int OPTIONAL = 1;
    private static final int REPEATED = 2;

    private final List<ThriftStruct> elements;
    private final List<Leaf> leaves = new ArrayList<>();
    private int at;

    /**
     * Position of a node in the tree.
     *
     * @param path    names from the root
     * @param shown   the names that a user sees
     * @param map     whether the node is in a map
     * @param present definition level
     * @param lists   definition levels of the elements of lists around it
     */
    private record Place(List<String> path, List<String> shown, boolean map, int present, List<Integer> lists) {
        /** A node in this one. */
        Place with(ThriftStruct element, boolean isShown) {
            String name = element.text(4);
            long repetition = element.number(3, 0);
            int level = present + (repetition == OPTIONAL || repetition == REPEATED ? 1 : 0);
            Place place = new Place(
                    and(path, name),
                    isShown ? and(shown, name) : shown,
                    map || isMap(element),
                    level,
                    repetition == REPEATED ? and(lists, level) : lists);
            if (place.path.size() > DEEPEST || place.lists.size() > MAX_LISTS) {
                throw new BrokenRuleException(
                        "bad-schema",
                        "columns nested deeper than " + DEEPEST + " levels, " + MAX_LISTS + " of them lists");
            }
            return place;
        }

        private static <T> List<T> and(List<T> list, T last) {
            List<T> all = new ArrayList<>(list);
            all.add(last);
            return all;
        }
    }

    private Schema(List<ThriftStruct> elements) {
        this.elements = elements;
    }

    static List<Leaf> leaves(List<ThriftStruct> elements) {
        Schema schema = new Schema(elements);
        for (int fields = schema.next().count(5); fields > 0; fields--) {
            schema.read(new Place(List.of(), List.of(), false, 0, List.of()), true);
        }
        return schema.leaves;
    }

    private ThriftStruct next() {
        if (at == elements.size()) {
            throw new BrokenRuleException("bad-schema", "the schema ends too early, after " + at + " parts");
        }
        return elements.get(at++);
    }

    /** @param isShown whether the name of the next node matters: not for the parts that only form a list */
    private void read(Place around, boolean isShown) {
        ThriftStruct element = next();
        Place here = around.with(element, isShown);
        int children = element.has(5) ? element.count(5) : 0;
        if (children == 0) {
            leaves.add(leaf(element, here));
        } else if (children == 1 && isList(element)) {
            // In files of old writers, the repeated node of a list is the element itself; else the element is in it.
            ThriftStruct repeated = next();
            String own = repeated.text(4);
            boolean isElement = !repeated.has(5)
                    || repeated.count(5) != 1
                    || own.equals("array")
                    || own.equals(element.text(4) + "_tuple")
                    || repeated.number(3, 0) != REPEATED;
            if (isElement) {
                at--;
            }
            read(isElement ? here : here.with(repeated, false), false);
        } else {
            for (int i = 0; i < children; i++) {
                read(here, true);
            }
        }
    }

    private static boolean isList(ThriftStruct element) {
        return logical(element, 3) != null || element.number(6, -1) == 3;
    }

    private static boolean isMap(ThriftStruct element) {
        long converted = element.number(6, -1);
        return logical(element, 2) != null || converted == 1 || converted == 2;
    }

    /** The description of a logical type, if the element has this type. */
    private static ThriftStruct logical(ThriftStruct element, int type) {
        ThriftStruct union = element.has(10) ? element.struct(10) : null;
        return union != null && union.has(type) ? union.struct(type) : null;
    }

    private Leaf leaf(ThriftStruct element, Place place) {
        Type type = Type.values()[(int) element.count(1, 7)];
        int width = type == Type.FIXED_LEN_BYTE_ARRAY ? (int) element.count(2, 1 << 16) : type.bytes;
        String unread = place.map ? "a map" : null;
        TextForm form = unread == null ? form(element, type) : null;
        if (form == null && unread == null) {
            unread = type == Type.BYTE_ARRAY ? "bytes that are not text" : "values of a type that is not read";
        }
        return new Leaf(
                String.join(".", place.shown), place.path, type, width, form, unread, place.present, place.lists);
    }

    /** The form in which values are read; null if they are not read. */
    private static TextForm form(ThriftStruct element, Type type) {
        int converted = (int) element.number(6, -1);
        ThriftStruct decimal = logical(element, 5);
        if (decimal != null || converted == 5) {
            long scale = decimal != null ? decimal.number(1, 0) : element.number(7, 0);
            boolean isRead = switch (type) {
                case INT32, INT64, BYTE_ARRAY, FIXED_LEN_BYTE_ARRAY -> true;
                default -> false;
            };
            return isRead ? new TextForm(Kind.DECIMAL, (int) scale) : null;
        }
        return switch (type) {
            case BOOLEAN -> new TextForm(Kind.FLAG);
            case FLOAT, DOUBLE -> new TextForm(Kind.FRACTION);
            case BYTE_ARRAY -> isText(element, converted) ? new TextForm(Kind.TEXT) : null;
            case INT32, INT64 -> integer(element, converted);
            case INT96, FIXED_LEN_BYTE_ARRAY -> null;
        };
    }

    /** Whether values are text, names of an enumeration, or JSON. */
    private static boolean isText(ThriftStruct element, int converted) {
        return logical(element, 1) != null
                || logical(element, 4) != null
                || logical(element, 12) != null
                || converted == 0
                || converted == 4
                || converted == 19;
    }

    private static TextForm integer(ThriftStruct element, int converted) {
        ThriftStruct integer = logical(element, 10);
        ThriftStruct stamp = logical(element, 8);
        if (integer != null && !integer.flag(2, true) || converted >= 11 && converted <= 14) {
            return new TextForm(Kind.UNSIGNED);
        } else if (logical(element, 6) != null || converted == 6) {
            return new TextForm(Kind.DATE);
        } else if (stamp != null) {
            ThriftStruct unit = stamp.struct(2);
            int perSecond = unit.has(1) ? 1_000 : unit.has(2) ? 1_000_000 : 1_000_000_000;
            return new TextForm(stamp.flag(1, true) ? Kind.INSTANT : Kind.LOCAL_TIME, perSecond);
        } else if (converted == 9 || converted == 10) {
            return new TextForm(Kind.INSTANT, converted == 9 ? 1_000 : 1_000_000);
        }
        boolean time = logical(element, 7) != null || converted == 7 || converted == 8;
        return time ? null : new TextForm(Kind.SIGNED);
    }
}
