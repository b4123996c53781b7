package org.unmute.data.parquet;

import java.util.ArrayList;
import java.util.List;
import org.unmute.data.parquet.TextForm.Kind;
import org.unmute.files.MalformedFileException;

/** Reads the columns of a file from its tree of structures and lists, which the file stores as a flat list. */
final class Schema {
    private static final int DEEPEST = 24;
    private static final int MAX_LISTS = 8;
    private static final int OPTIONAL = 1;
    private static final int REPEATED = 2;

    /** Approximate memory that a column takes without its name and path, including the objects that read it. */
    private static final int PER_LEAF = 512;

    private static final int PER_NAME = 56;

    private final Bytes in;
    private final ThriftStruct.Elements elements;
    private final Budget budget;
    private final List<Leaf> leaves = new ArrayList<>();
    private ThriftStruct next;
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
        static <T> List<T> with(List<T> list, T last) {
            List<T> all = new ArrayList<>(list);
            all.add(last);
            return all;
        }
    }

    /** The role of a node in its parent, which determines whether its name matters. */
    private enum Role {
        FIELD,
        /** The repeated node of a list, or the element in it; the name is irrelevant. */
        OF_LIST
    }

    private Schema(Bytes in, ThriftStruct.Elements elements, Budget budget) {
        this.in = in;
        this.elements = elements;
        this.budget = budget;
    }

    /** @param budget for the memory that the columns take */
    static List<Leaf> leaves(Bytes in, ThriftStruct.Elements elements, Budget budget) throws MalformedFileException {
        Schema schema = new Schema(in, elements, budget);
        int fields = schema.element().count(5, "the number of columns");
        for (int i = 0; i < fields; i++) {
            schema.read(new Place(List.of(), List.of(), false, 0, List.of()), Role.FIELD);
        }
        if (schema.at != elements.size()) {
            throw in.wrong("bad-schema", elements.size() + " parts of the schema, but its tree has only " + schema.at);
        }
        return schema.leaves;
    }

    private ThriftStruct element() throws MalformedFileException {
        ThriftStruct element = nextElement();
        next = null;
        at++;
        return element;
    }

    /** The next element, without advancing. */
    private ThriftStruct nextElement() throws MalformedFileException {
        if (next == null) {
            if (!elements.hasNext()) {
                throw in.wrong("bad-schema", "the schema ends too early, after " + at + " parts");
            }
            next = elements.struct();
        }
        return next;
    }

    private String name(ThriftStruct element, String what) throws MalformedFileException {
        budget.take(PER_NAME + 2L * element.length(4, what), in.place());
        return element.text(4, what);
    }

    private void read(Place around, Role role) throws MalformedFileException {
        ThriftStruct element = element();
        String name = name(element, "the name of a column");
        if (around.path.size() > DEEPEST) {
            throw in.wrong("bad-schema", "columns nested deeper than " + DEEPEST + " levels");
        }
        int repetition = (int) element.number(3, "whether a column is optional", 0);
        List<Integer> lists = around.lists;
        int present = around.present;
        if (repetition == OPTIONAL || repetition == REPEATED) {
            present++;
        }
        if (repetition == REPEATED) {
            lists = Place.with(lists, present);
            if (lists.size() > MAX_LISTS) {
                throw in.wrong("bad-schema", "lists nested deeper than " + MAX_LISTS + " levels");
            }
        }
        Place here = new Place(
                Place.with(around.path, name),
                role == Role.OF_LIST ? around.shown : Place.with(around.shown, name),
                around.map,
                present,
                lists);
        int children = element.has(5) ? element.count(5, "the number of parts") : 0;
        if (children == 0) {
            leaves.add(leaf(element, here));
        } else if (isList(element) && children == 1) {
            readList(here, name);
        } else {
            Place inner = isMap(element) ? new Place(here.path, here.shown, true, present, lists) : here;
            for (int i = 0; i < children; i++) {
                read(inner, Role.FIELD);
            }
        }
    }

    /**
     * In files of old writers, the repeated node of a list is the element itself; otherwise the element is inside it.
     */
    private void readList(Place list, String name) throws MalformedFileException {
        ThriftStruct repeated = nextElement();
        boolean around = repeated.has(5) && repeated.count(5, "the number of parts") == 1;
        String own = name(repeated, "the name of a list's part");
        if (!around
                || own.equals("array")
                || own.equals(name + "_tuple")
                || repeated.number(3, "the kind of a list's part", 0) != REPEATED) {
            read(list, Role.OF_LIST);
            return;
        }
        element();
        int present = list.present + 1;
        List<Integer> lists = Place.with(list.lists, present);
        if (lists.size() > MAX_LISTS) {
            throw in.wrong("bad-schema", "lists nested deeper than " + MAX_LISTS + " levels");
        }
        read(new Place(Place.with(list.path, own), list.shown, list.map, present, lists), Role.OF_LIST);
    }

    private static boolean isList(ThriftStruct element) throws MalformedFileException {
        return logical(element, 3) != null || element.number(6, "the converted type", -1) == 3;
    }

    private static boolean isMap(ThriftStruct element) throws MalformedFileException {
        long converted = element.number(6, "the converted type", -1);
        return logical(element, 2) != null || converted == 1 || converted == 2;
    }

    /** The description of a logical type, if the element has this type. */
    private static ThriftStruct logical(ThriftStruct element, int type) throws MalformedFileException {
        if (!element.has(10)) {
            return null;
        }
        ThriftStruct union = element.struct(10, "the logical type");
        return union.has(type) ? union.struct(type, "the logical type") : null;
    }

    private Leaf leaf(ThriftStruct element, Place place) throws MalformedFileException {
        PhysicalType type = PhysicalType.values()[(int) element.count(1, "the type of a column", 7)];
        int length = (int) element.number(2, "the length of values", 0);
        if (type == PhysicalType.FIXED_LEN_BYTE_ARRAY && length <= 0) {
            throw in.wrong("bad-schema", "values of a fixed length of " + length + " bytes");
        }
        String unread = place.map ? "a map" : null;
        TextForm form = unread == null ? form(element, type) : null;
        if (form == null && unread == null) {
            unread = type == PhysicalType.BYTE_ARRAY ? "bytes that are not text" : "values of a type that is not read";
        }
        // A column name repeats the names of its structures: a few bytes of a file could expand to very many.
        long name = place.shown.stream().mapToLong(part -> part.length() + 1L).sum();
        budget.take(PER_LEAF + 8L * place.path.size() + 4 * name, in.place());
        return new Leaf(
                String.join(".", place.shown),
                leaves.size(),
                place.path,
                type,
                length,
                form,
                unread,
                place.present,
                place.lists);
    }

    /** The form in which values are read; null if they are not read. */
    private TextForm form(ThriftStruct element, PhysicalType type) throws MalformedFileException {
        int converted = (int) element.number(6, "the converted type", -1);
        if (logical(element, 5) != null || converted == 5) {
            ThriftStruct of = logical(element, 5) != null ? logical(element, 5) : element;
            long scale = of.number(of == element ? 7 : 1, "the scale", 0);
            boolean stored = type != PhysicalType.BOOLEAN && type != PhysicalType.INT96 && !isFraction(type);
            return stored ? TextForm.decimal(in, scale) : null;
        }
        return switch (type) {
            case BOOLEAN -> new TextForm(Kind.FLAG);
            case FLOAT, DOUBLE -> new TextForm(Kind.FRACTION);
            case BYTE_ARRAY -> isText(element, converted) ? TextForm.TEXT : null;
            case INT32, INT64 -> integer(element, converted);
            case INT96, FIXED_LEN_BYTE_ARRAY -> null;
        };
    }

    private static boolean isFraction(PhysicalType type) {
        return type == PhysicalType.FLOAT || type == PhysicalType.DOUBLE;
    }

    /** Whether values are text, names of an enumeration, or JSON. */
    private static boolean isText(ThriftStruct element, int converted) throws MalformedFileException {
        return logical(element, 1) != null
                || logical(element, 4) != null
                || logical(element, 12) != null
                || converted == 0
                || converted == 4
                || converted == 19;
    }

    private TextForm integer(ThriftStruct element, int converted) throws MalformedFileException {
        ThriftStruct integer = logical(element, 10);
        if (integer != null && !integer.flag(2, true) || converted >= 11 && converted <= 14) {
            return new TextForm(Kind.UNSIGNED);
        }
        if (logical(element, 6) != null || converted == 6) {
            return new TextForm(Kind.DATE);
        }
        ThriftStruct stamp = logical(element, 8);
        if (stamp != null) {
            ThriftStruct unit = stamp.struct(2, "the unit of times");
            int perSecond = unit.has(1) ? 1_000 : unit.has(2) ? 1_000_000 : 1_000_000_000;
            return new TextForm(stamp.flag(1, true) ? Kind.INSTANT : Kind.LOCAL_TIME, perSecond);
        }
        if (converted == 9 || converted == 10) {
            return new TextForm(Kind.INSTANT, converted == 9 ? 1_000 : 1_000_000);
        }
        boolean time = logical(element, 7) != null || converted == 7 || converted == 8;
        return time ? null : new TextForm(Kind.SIGNED);
    }
}
