/** Experiments on frozen token maps. */
package org.unmute.experiments;
