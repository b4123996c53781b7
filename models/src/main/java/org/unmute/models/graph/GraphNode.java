package org.unmute.models.graph;

import static org.unmute.files.MalformedFileException.quote;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A node of a graph.
 *
 * @param number its place in the file, from 0
 * @param name its own name; may be empty
 * @param domain of its type; empty for the standard operators
 * @param type name of its op
 * @param inputs names of what it reads; empty for an optional input that is left out
 * @param outputs names of what it computes; empty for one that nobody needs
 * @param attributes by their names
 */
record GraphNode(
        int number,
        String name,
        String domain,
        String type,
        List<String> inputs,
        List<String> outputs,
        Map<String, Attribute> attributes) {
    /**
     * An attribute. One that is absent is 0, empty or null.
     *
     * @param kind number of its type: 1 float, 2 int, 3 text, 4 tensor, 6 floats, 7 ints
     * @param real of a float
     * @param whole of an int
     * @param text of a text
     * @param tensor of a tensor
     * @param reals of floats
     * @param wholes of ints
     */
    record Attribute(
            long kind,
            float real,
            long whole,
            String text,
            @Nullable GraphValue tensor,
            float[] reals,
            long[] wholes) {}

    /** How messages name it. */
    String label() {
        return type + " (node " + number + (name.isEmpty() ? "" : ", " + quote(name)) + ")";
    }

    long whole(String attribute, long otherwise) {
        Attribute a = attributes.get(attribute);
        return a == null ? otherwise : a.whole();
    }

    double real(String attribute, double otherwise) {
        Attribute a = attributes.get(attribute);
        return a == null ? otherwise : a.real();
    }

    String text(String attribute, String otherwise) {
        Attribute a = attributes.get(attribute);
        return a == null ? otherwise : a.text();
    }

    long @Nullable [] wholes(String attribute) {
        Attribute a = attributes.get(attribute);
        return a == null ? null : a.wholes();
    }
}
