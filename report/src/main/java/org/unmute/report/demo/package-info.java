/** The page of {@code unmute demo}: scores, one clip explained, average precision per class. */
package org.unmute.report.demo;
