/** The page of {@code unmute demo}: scores, an explained clip, average precision per class. */
package org.unmute.report.demo;
