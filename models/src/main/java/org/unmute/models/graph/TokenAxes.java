package org.unmute.models.graph;

import static org.unmute.files.MalformedFileException.quote;

import java.util.Arrays;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;

/**
 * What the axes of a graph's tensor are, after the batch: {@code t} time, {@code f} frequency, {@code c} channels.
 *
 * @param axes a letter for each
 * @param columns of frequency that the axis of time lists, for each time one after the other; 1 without
 */
record TokenAxes(String axes, int columns) {
    /**
     * Checks letters that the user gave.
     *
     * @throws IllegalArgumentException if they do not fit the tensor
     */
    static TokenAxes of(String axes, int columns, String name, Shape shape) {
        boolean known = axes.matches("[tfc]+") && axes.chars().distinct().count() == axes.length();
        if (!known || axes.indexOf('c') < 0 || axes.length() != shape.rank() - 1) {
            throw new IllegalArgumentException(GraphEncoder.NAME + ": axes=" + axes + ": tensor " + quote(name) + " is "
                    + shape + ": after the batch, a letter for each axis is needed: t time, f frequency, c channels");
        }
        TokenAxes made = new TokenAxes(axes, columns);
        long listed = axes.indexOf('t') < 0 ? 1 : shape.size(1 + axes.indexOf('t'));
        if (columns < 1 || listed % columns != 0 || columns > 1 && axes.indexOf('f') >= 0) {
            throw new IllegalArgumentException(GraphEncoder.NAME + ": freq=" + columns + ": tensor " + quote(name)
                    + " is " + shape + " with axes=" + axes + ": it does not list as many columns");
        }
        return made;
    }

    int time(Shape shape) {
        int at = axes.indexOf('t');
        return at < 0 ? 1 : shape.dim(at + 1) / columns;
    }

    int freq(Shape shape) {
        int at = axes.indexOf('f');
        return at < 0 ? columns : shape.dim(at + 1);
    }

    int channels(Shape shape) {
        return shape.dim(axes.indexOf('c') + 1);
    }

    private int[] order() {
        int[] order = new int[axes.length() + 1];
        int at = 1;
        for (char letter : new char[] {'t', 'f', 'c'}) {
            int i = axes.indexOf(letter);
            if (i >= 0) {
                order[at++] = i + 1;
            }
        }
        return order;
    }

    /** A tensor of the graph as tokens, {@code [batch, time · freq, channels]}. */
    Tensor tokens(Tensor map) {
        Shape s = map.shape();
        return map.permute(order()).reshape(s.size(0), axesProduct(s), channels(s));
    }

    private long axesProduct(Shape s) {
        return (long) time(s) * freq(s);
    }

    /** Tokens as the tensor of this shape that they came from. */
    Tensor map(Tensor tokens, Shape shape) {
        int[] order = order();
        long[] turned = Arrays.stream(order).mapToLong(shape::size).toArray();
        turned[0] = tokens.size(0);
        int[] back = new int[order.length];
        for (int i = 0; i < back.length; i++) {
            back[order[i]] = i;
        }
        return tokens.reshape(turned).permute(back);
    }
}
