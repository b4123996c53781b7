package org.unmute.report.chart;

import java.util.List;
import org.unmute.report.drawing.Caption;
import org.unmute.report.drawing.Drawing;
import org.unmute.report.drawing.Element.Spot;

/** The frame of a chart over two numeric axes: header, legend, grid lines and labels. */
final class XyFrame {
    final Canvas canvas;
    final Scale x;
    final Scale y;
    final double left;
    final double top;
    final double right;
    final double bottom;

    /**
     * Draws the frame.
     *
     * @param xs      the horizontal axis and its numbers
     * @param ys      the vertical axis and its numbers
     * @param width   of the chart
     * @param height  of the plot inside it
     * @param spacing the minimum distance between ticks of the vertical axis in pixels
     * @param empty   whether there is nothing to plot
     */
    XyFrame(
            Caption caption,
            Extent xs,
            Extent ys,
            double width,
            double height,
            double spacing,
            List<Legend.Key> keys,
            boolean empty) {
        canvas = new Canvas(caption, width);
        Scale rise = Scale.of(ys, height, 0, spacing);
        left = rise.leftWidth();
        right = width - Canvas.MARGIN - 12;
        x = Scale.of(xs, left, right, 70);
        top = Legend.write(canvas, keys, canvas.header());
        bottom = top + height;
        y = rise.along(bottom, top);
        y.drawLeft(canvas, left, right);
        x.drawBottom(canvas, top, bottom);
        if (empty) {
            canvas.noData(left, top, right, bottom);
        }
    }

    /** The position of a point. */
    Spot spot(double xValue, double yValue) {
        return new Spot(x.at(xValue), y.at(yValue));
    }

    Drawing finish() {
        return canvas.finish(bottom + Scale.BELOW + Canvas.MARGIN / 2);
    }
}
